/**
 * What a node is told at its start: one YAML file, overlaid by the environment and by {@code
 * --set}, read once into immutable records. Every problem is reported, all of them together, with
 * its place. Depends on the model and the YAML parser only. Start at {@link
 * io.widecast.config.ConfigReader}; {@code ConfigKeys} is the one table of keys, defaults and
 * meanings, from which the reference is written.
 */
package io.widecast.config;

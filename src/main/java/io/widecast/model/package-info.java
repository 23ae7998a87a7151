/**
 * The words of the product as values: keys, entries, positions, requests, errors. Immutable, usable
 * on any thread, without I/O. Depends on nothing but the JDK. Start at {@link
 * io.widecast.model.Entry}.
 */
package io.widecast.model;

/**
 * The command line: {@code main()}, and a class for each command. Commands start nothing at load
 * time: Vert.x and the rest come in with the first line that needs them, so that {@code --help} is
 * quick. Start at {@link io.widecast.cli.Main}.
 */
package io.widecast.cli;

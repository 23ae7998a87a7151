/**
 * Integration tests of whole nodes: each in a process of its own, over real sockets on loopback, as
 * the packaged jar runs them. What talks to them is the JDK's own HTTP client, curl, a browser:
 * nothing of the product's. Start at {@link io.widecast.it.Processes}.
 */
package io.widecast.it;

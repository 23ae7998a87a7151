/**
 * Where the parts of one node meet: the addresses of its local event bus, the messages that travel
 * there, and the codec that hands them over as they are. Each node has a Vert.x of its own, so the
 * addresses need no node name. Start at {@link io.widecast.bus.Bus}.
 */
package io.widecast.bus;

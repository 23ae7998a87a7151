/**
 * Builds a node out of its parts; the demo builds several. Start at {@link
 * io.widecast.node.WidecastNode}.
 */
package io.widecast.node;

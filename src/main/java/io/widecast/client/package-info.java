/**
 * The Java client: requests as {@code Single}, watches as {@code Flowable} with back-pressure, over
 * the node's HTTP and WebSocket port. Several endpoints stand in for one another; a watch resumes
 * by token, on whichever of them answers. Depends on the model only. Start at {@link
 * io.widecast.client.WidecastClient}.
 */
package io.widecast.client;

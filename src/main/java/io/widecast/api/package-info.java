/**
 * What clients talk to: HTTP, server-sent events, WebSocket, health, counters and the console. Each
 * instance of {@link io.widecast.api.ApiVerticle} runs on one event loop and owns all it changes;
 * writes go to {@code Bus.PUBLISH}, reads come from the latest {@code store.View}. Start at {@link
 * io.widecast.api.Routes}: the table of everything that is served.
 */
package io.widecast.api;

/**
 * The JSON of the API as bytes: written straight into UTF-8, read with Jackson's streaming parser.
 * No I/O and no Vert.x. Start at {@link io.widecast.api.json.JsonBytes} for writing and {@link
 * io.widecast.api.json.PublishJson} for reading.
 */
package io.widecast.api.json;

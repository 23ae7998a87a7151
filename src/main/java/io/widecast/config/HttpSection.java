package io.widecast.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The HTTP, SSE and WebSocket port.
 *
 * @param host address to listen on
 * @param port 0..65535; 0 takes a free one
 * @param apiKeyFile file whose first line every request must present; empty: no key is asked for
 */
public record HttpSection(String host, int port, Optional<Path> apiKeyFile) {}

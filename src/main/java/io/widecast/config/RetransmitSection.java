package io.widecast.config;

import java.time.Duration;

/**
 * The master's retransmit buffer.
 *
 * @param bufferBytes cap on the encoded entries it holds
 * @param memberShare share of the buffer, above 0 and up to 1, that one silent member may pin
 *     before it is made stale
 * @param staleAfter how long a member may be silent before it is made stale
 */
public record RetransmitSection(long bufferBytes, double memberShare, Duration staleAfter) {}

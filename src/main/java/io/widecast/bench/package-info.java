/**
 * What {@code widecast bench} runs: measurements of real node processes over loopback, through the
 * same HTTP and WebSocket ports that users have. Latency counts from the moment a publish was due,
 * not from when it got its turn, so that a stall is seen by everything it delayed (no coordinated
 * omission). Start at {@link io.widecast.bench.KvBench}; {@link io.widecast.bench.SpawnedNodes}
 * starts the processes.
 */
package io.widecast.bench;

/**
 * Bringing a copy up to date by what has changed since it was: which rows go over, which keys are
 * gone, how far a transfer has come that was cut off. Pure; the store and the connections use it.
 *
 * <p>Source: systems.md S6; decision 0015 says what became of its bitmaps.
 */
package io.widecast.resync;

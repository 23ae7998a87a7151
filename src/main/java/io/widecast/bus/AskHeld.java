package io.widecast.bus;

/** Asks the store what it holds, before another node's copy is asked to bring it on. */
public record AskHeld() {}

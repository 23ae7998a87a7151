package io.widecast.model;

/** A key and what it holds: a row of a list or of a copy. */
public record KeyVersion(Key key, Versioned versioned) {}

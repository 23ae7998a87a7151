package io.widecast.bus;

/** A {@link CopyPart} was taken in; after {@link CopyPart.End} it is on disk and applied. */
public record CopyTaken() {}

package io.widecast.store.segment;

/** What is written together, since it lives and dies together. */
public enum Stream {
  /** Values as clients write them. */
  VALUES,
  /** Pages and tables, by checkpoints. */
  PAGES
}

package io.widecast.store.tree;

/**
 * Says whether the tree that somebody is reading is still the one that the page table stands for.
 * Pages in memory never change; one that was read from disk meanwhile might be of a later state.
 */
@FunctionalInterface
public interface Guard {

  /** For trees that nobody changes, and for the thread that makes the changes. */
  Guard ALWAYS = () -> true;

  /** For readers that cannot wait for a disk: what is not in memory is as if it had moved. */
  Guard IN_MEMORY = () -> true;

  boolean holds();
}

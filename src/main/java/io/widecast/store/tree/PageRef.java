package io.widecast.store.tree;

/**
 * One state of a page: its id, and its content while that is in memory. A changed page gets a new
 * reference, so that whoever holds an old one keeps reading the old content.
 */
public final class PageRef {

  private final long id;
  private volatile Page page;
  boolean used; // since the clock's hand came by; racy on purpose
  boolean replaced; // by a newer state or freed: the cache need not keep it

  PageRef(long id, Page page) {
    this.id = id;
    this.page = page;
  }

  public long id() {
    return id;
  }

  /** Null when it has to be read. */
  Page held() {
    return page;
  }

  void hold(Page loaded) {
    page = loaded;
  }

  void evict() {
    page = null;
  }

  @Override
  public String toString() {
    return "page " + id;
  }
}

package io.widecast.store.verify;

/** What an alarm is about. The names are stable: reports, tools and documents use them. */
public enum AlarmKind {
  LOST_OR_FORGED(
      "lost-or-forged",
      "by its number a page must be shared with the parent snapshot, which does not have it so"),
  SHARED_BUT_NEW(
      "shared-but-new", "by its number a page belongs to one tree only, and it is reached twice"),
  MISSING_PAGE("missing-page", "a tree reaches a page that is not allocated"),
  DAMAGED_PAGE("damaged-page", "a page on disk is not what was written"),
  PAGE_LEVEL("page-level", "a page is of another kind or level than its parent says"),
  PAGE_ORDER("page-order", "the rows or children of a page do not rise"),
  PAGE_RANGE("page-range", "a page holds something outside the range that its parent gives it"),
  PAGE_FILL("page-fill", "a page is fuller than a page may be"),
  PAGE_NUMBER(
      "page-number",
      "a page's operation number is above its tree's, or not the one in the page table"),
  DANGLING("dangling", "a row's value is not where the middle map says, or nowhere"),
  WRONG_OWNER("wrong-owner", "a row names a block that belongs to another tree"),
  LEAK("leak", "the middle map holds a block that no tree reaches"),
  LEAKED_PAGE("leaked-page", "a page is allocated that no tree reaches"),
  SHARED_PLACE("shared-place", "two blocks stand at one place, or overlap"),
  SEGMENT_COUNT("segment-count", "the live blocks or bytes of a segment are not what its row says"),
  SEGMENT_NUMBER("segment-number", "a segment's row has a number that was never handed out"),
  TREE_COUNT("tree-count", "a tree holds another number of keys or bytes than its row says"),
  MAP_COUNT("map-count", "the middle map holds another number of blocks than it says"),
  NO_FOREST("no-forest", "the rows of the snapshot table form no forest"),
  SNAP_SEQ("snap-seq", "the numbers of snapshots do not rise along a lineage"),
  DAMAGED_VALUE("damaged-value", "a key's value on disk is not what was written"),
  DAMAGED_SEGMENT("damaged-segment", "a segment is damaged where nothing live stands"),
  DAMAGED_FILE("damaged-file", "a file is missing or is not what was written"),
  MORE("more", "there are more alarms than a report holds");

  private final String text;
  private final String sentence;

  AlarmKind(String text, String sentence) {
    this.text = text;
    this.sentence = sentence;
  }

  /** Its stable name. */
  public String text() {
    return text;
  }

  /** What it means, in a sentence. */
  public String sentence() {
    return sentence;
  }
}

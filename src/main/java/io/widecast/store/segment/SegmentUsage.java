package io.widecast.store.segment;

/**
 * A row of the segment usage table (SUT, systems.md 0.2). The generation is the segment's number
 * itself: files are never used again under the same one.
 *
 * @param end bytes written
 * @param sealed whether nothing more is appended
 * @param summaryAt offset of its summary, to the end; 0 when a crash came before it was written
 * @param liveBlocks blocks that some table still points to
 * @param liveBytes bytes of these
 * @param lastTxn number of the checkpoint that wrote to it last
 */
public record SegmentUsage(
    long number,
    Stream stream,
    boolean sealed,
    int end,
    int summaryAt,
    int liveBlocks,
    long liveBytes,
    long lastTxn) {

  public SegmentUsage {
    if (number < 1 || number > Pba.SEGMENT_MAX || end < 0 || liveBlocks < 0 || liveBytes < 0) {
      throw new IllegalArgumentException(
          "segment " + number + " of " + end + " bytes, " + liveBlocks + " blocks live");
    }
  }
}

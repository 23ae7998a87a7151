package io.widecast.watch;

/**
 * A queue whose items have rising numbers, so that several readers can each be somewhere in it. The
 * first number ever is 0. Grows as needed; its owner bounds it.
 */
final class Ring<T> {

  private Object[] slots = new Object[64]; // a power of two
  private long first;
  private long end;

  /** Number of the oldest item, or {@link #end} when there is none. */
  long first() {
    return first;
  }

  /** Number that the next item gets. */
  long end() {
    return end;
  }

  int size() {
    return (int) (end - first);
  }

  boolean isEmpty() {
    return first == end;
  }

  void addLast(T item) {
    if (size() == slots.length) {
      grow();
    }
    slots[slot(end++)] = item;
  }

  @SuppressWarnings("unchecked") // only addLast writes
  T get(long number) {
    if (number < first || number >= end) {
      throw new IndexOutOfBoundsException(number + " is not in " + first + ".." + (end - 1));
    }
    return (T) slots[slot(number)];
  }

  T removeFirst() {
    T item = get(first);
    slots[slot(first++)] = null;
    return item;
  }

  /** Drops everything below {@code number}. */
  void removeUpTo(long number) {
    while (first < number) {
      removeFirst();
    }
  }

  private int slot(long number) {
    return (int) (number & slots.length - 1);
  }

  private void grow() {
    Object[] larger = new Object[slots.length * 2];
    for (long number = first; number < end; number++) {
      larger[(int) (number & larger.length - 1)] = slots[slot(number)];
    }
    slots = larger;
  }
}

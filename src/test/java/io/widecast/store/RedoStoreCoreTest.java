package io.widecast.store;

import io.widecast.store.log.StoreFormat;

/** The same in format 1. */
class RedoStoreCoreTest extends StoreCoreTest {

  @Override
  StoreFormat.Kind format() {
    return StoreFormat.Kind.REDO_LOG;
  }
}

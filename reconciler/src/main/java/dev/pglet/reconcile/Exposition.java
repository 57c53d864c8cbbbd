package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;
import java.util.List;

/**
 * What a kind shows of its resources to Prometheus: one page for each, as dashboards take one
 * target for one server. Thread-safe.
 */
public interface Exposition {
  /** Under which the pages are, such as {@code instances}; one word, the same for ever. */
  String path();

  /** Those that have a page, in a fixed order. */
  List<ResourceKey> targets();

  /** Makes the page of one, anew. */
  Page page(ResourceKey key) throws InterruptedException;

  /** A page, or why there is none. */
  sealed interface Page {
    /** A page to be sent as it is. */
    @SuppressWarnings("ArrayRecordComponent") // made once, sent once, never compared
    record Text(byte[] content, String contentType) implements Page {}

    /** There is no such target. */
    record Unknown() implements Page {}

    /** Too many ask at once. */
    record Busy() implements Page {}
  }
}

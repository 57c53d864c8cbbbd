package dev.pglet.reconcile;

import dev.pglet.api.meta.ResourceKey;

/**
 * Something of a kind that exists on this host, as its own marker says.
 *
 * @param key the resource it was made for
 * @param uid that resource's uid
 * @param manifestRoot the absolute directory whose manifest it was made for
 * @param retained its manifest was deleted, and the data kept
 * @param place where it lies, for people, such as a directory
 */
public record Known(
    ResourceKey key, String uid, String manifestRoot, boolean retained, String place) {}

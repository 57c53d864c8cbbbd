package dev.pglet.reconcile.engine;

import dev.pglet.api.meta.ResourceKey;

/**
 * Something that is there, and that no manifest of the watched root is about.
 *
 * @param root the manifest root that it was made for
 * @param retained its manifest was deleted and the data kept
 * @param explanation for people: why it is unmanaged and what to do with it
 */
public record Unmanaged(
    ResourceKey key, String uid, String root, boolean retained, String explanation) {}

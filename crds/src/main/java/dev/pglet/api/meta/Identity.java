package dev.pglet.api.meta;

import static java.util.Objects.requireNonNull;

/**
 * What stays the same for one incarnation of a resource's key.
 *
 * @param uid a random UUID, in lower case
 * @param generation 1 at first, one more with each change of the spec
 */
public record Identity(String uid, long generation) {
  public Identity {
    requireNonNull(uid, "uid is null");
  }

  /** The first eight hexadecimal digits of the uid: short enough for the path of a socket. */
  public String uid8() {
    return uid.substring(0, 8);
  }
}

package dev.pglet.manifest.edit;

import java.io.IOException;
import java.nio.file.Path;

/** Renames that decide and act at once. */
public interface FileSwap {
  /**
   * Exchanges two files of one directory; at no time is either name absent.
   *
   * @return false when the file system cannot do that; then nothing has happened
   */
  boolean exchange(Path one, Path other) throws IOException;

  /**
   * Renames a file to a name that must be free.
   *
   * @return false when the file system cannot do that; then nothing has happened
   * @throws java.nio.file.FileAlreadyExistsException when the name is taken
   */
  boolean renameToFree(Path from, Path to) throws IOException;
}

package dev.pglet.reconcile.testing;

import dev.pglet.reconcile.state.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** No power is cut in a test, so nothing waits for the disk. */
public final class UnsyncedFiles implements DurableFiles {
  @Override
  public void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void append(Path file, byte[] content) throws IOException {
    Files.write(file, content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public void appendDurably(Path file, byte[] content) throws IOException {
    append(file, content);
  }

  @Override
  public void keepAside(Path file, Path aside) throws IOException {
    Files.move(file, aside);
  }
}

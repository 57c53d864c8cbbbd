package dev.pglet.reconcile.testing;

import dev.pglet.reconcile.state.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;

/** A state directory whose writes pass by a crash point. */
record CrashingFiles(DurableFiles files, CrashPoint point) implements DurableFiles {
  @Override
  public void write(Path file, byte[] content) throws IOException {
    point.reach("before writing " + file.getFileName());
    files.write(file, content);
    point.reach("after writing " + file.getFileName());
  }

  @Override
  public void delete(Path file) throws IOException {
    point.reach("before deleting " + file.getFileName());
    files.delete(file);
    point.reach("after deleting " + file.getFileName());
  }

  @Override
  public void append(Path file, byte[] content) throws IOException {
    point.reach("before appending to " + file.getFileName());
    files.append(file, content);
    point.reach("after appending to " + file.getFileName());
  }

  @Override
  public void appendDurably(Path file, byte[] content) throws IOException {
    point.reach("before adding to " + file.getFileName());
    files.appendDurably(file, content);
    point.reach("after adding to " + file.getFileName());
  }

  @Override
  public void keepAside(Path file, Path aside) throws IOException {
    point.reach("before keeping aside " + file.getFileName());
    files.keepAside(file, aside);
    point.reach("after keeping aside " + file.getFileName());
  }
}

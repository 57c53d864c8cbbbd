package dev.pglet.host.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The real files, by paths that tell of every operation before it is done: so a test can stop the
 * work there as a crash would, or change the files as somebody else would.
 */
public final class WatchedFiles extends FileSystemProvider {
  /** Told before each operation. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * Called.
     *
     * @param changing whether the operation changes a file, or may
     * @throws RuntimeException or an error to have it not done
     */
    void before(String operation, Path real, boolean changing) throws IOException;
  }

  private final FileSystemProvider real;
  private final FileSystem system;
  private final Watcher watcher;

  private WatchedFiles(FileSystem real, Watcher watcher) {
    this.real = real.provider();
    this.system = new Watched(real);
    this.watcher = watcher;
  }

  /** The path, and those that are made from it, watched. */
  public static Path watch(Path path, Watcher watcher) {
    return new WatchedFiles(path.getFileSystem(), watcher).watched(path);
  }

  private Path watched(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            WatchedFiles.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getFileSystem")) {
                return system;
              }
              Object[] plain =
                  arguments == null
                      ? new Object[0]
                      : Arrays.stream(arguments).map(WatchedFiles::plain).toArray();
              try {
                Object result = method.invoke(path, plain);
                return result instanceof Path found ? watched(found) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Object plain(Object argument) {
    return argument instanceof Path path ? real(path) : argument;
  }

  private static Path real(Path path) {
    return Proxy.isProxyClass(path.getClass()) ? Path.of(path.toString()) : path;
  }

  private Path read(String operation, Path path) throws IOException {
    watcher.before(operation, real(path), false);
    return real(path);
  }

  private Path change(String operation, Path path) throws IOException {
    watcher.before(operation, real(path), true);
    return real(path);
  }

  private Path open(Path path, Set<? extends OpenOption> options) throws IOException {
    return options.contains(StandardOpenOption.WRITE) ? change("write", path) : read("open", path);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return real.newFileChannel(open(path, options), options, attributes);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return real.newByteChannel(open(path, options), options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> entries =
        real.newDirectoryStream(read("list", directory), entry -> filter.accept(watched(entry)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> found = entries.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return found.hasNext();
          }

          @Override
          public Path next() {
            return watched(found.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        entries.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    real.createDirectory(change("make directory", directory), attributes);
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    real.createSymbolicLink(change("link", link), real(target), attributes);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return real.readSymbolicLink(read("read link", link));
  }

  @Override
  public void delete(Path path) throws IOException {
    real.delete(change("delete", path));
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    return real.deleteIfExists(change("delete", path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    real.copy(real(source), change("copy", target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    real.move(change("move", source), real(target), options);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real.isSameFile(read("compare", path), real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(read("check", path), modes);
  }

  /** What is done with the view cannot be told from its being asked for. */
  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    try {
      return real.getFileAttributeView(change("permissions", path), type, options);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(read("look", path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return real.readAttributes(read("look", path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    real.setAttribute(change(name, path), name, value, options);
  }

  @Override
  public String getScheme() {
    return real.getScheme();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("there is one file system, which is watched");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return watched(Path.of(uri));
  }

  private final class Watched extends FileSystem {
    private final FileSystem real;

    Watched(FileSystem real) {
      this.real = real;
    }

    @Override
    public FileSystemProvider provider() {
      return WatchedFiles.this;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return real.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      return real.getRootDirectories();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      return real.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return real.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
      return watched(real.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
      return real.getPathMatcher(syntaxAndPattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
      return real.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
      throw new UnsupportedOperationException("nobody watches the files of this one");
    }
  }
}

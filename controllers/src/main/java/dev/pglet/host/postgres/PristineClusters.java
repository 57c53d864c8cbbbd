package dev.pglet.host.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.file.FileTree;
import dev.pglet.host.file.Ownership;
import dev.pglet.host.process.ProcessFacts;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clusters as initdb left them: initdb takes longer than all the rest of making an instance, and
 * does the same each time. One is kept for each way in which initdb was called, and for each
 * account that it ran as, in {@code <directory>/<host>-<call>}, and only this process's account may
 * enter. While initdb ran, its account could put anything there: so no other account gets a copy of
 * it.
 *
 * <p>What is here counts only as long as the host is the one on which it was made: until the next
 * boot, which is why nothing is synced, and until a package or a locale is installed or removed,
 * because initdb notes the versions of collations.
 */
final class PristineClusters {
  /** Some 40 MB are nothing where there is this much, and a lot where there is not. */
  private static final long ENOUGH_SPACE = 1L << 30;

  /** WAL segments may be of 1 GB each: such a cluster is made faster than it is copied. */
  private static final long LARGEST = 128L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(PristineClusters.class);

  /**
   * What changes whenever a package or a locale is installed: Debian, Fedora, SUSE, Alpine, Arch.
   */
  private static final List<Path> INSTALLED =
      List.of(
          Path.of("/var/lib/dpkg/status"),
          Path.of("/var/lib/rpm/rpmdb.sqlite"),
          Path.of("/usr/lib/sysimage/rpm/rpmdb.sqlite"),
          Path.of("/lib/apk/db/installed"),
          Path.of("/var/lib/pacman/local"),
          Path.of("/usr/lib/locale"),
          Path.of("/usr/lib/locale/locale-archive"));

  private final Path directory;
  private final TreeCopier copier;
  private final Map<String, Lock> locks = new HashMap<>();

  /** Copies are made together; what is kept is neither made nor removed meanwhile. */
  private final ReadWriteLock kept = new ReentrantReadWriteLock();

  private volatile String swept = "";

  /**
   * @param directory of this process alone; made when needed
   */
  PristineClusters(Path directory, TreeCopier copier) {
    this.directory = requireNonNull(directory, "directory is null");
    this.copier = requireNonNull(copier, "copier is null");
  }

  /**
   * The place of the cluster that such a call makes; absent where it cannot be told what the host
   * is.
   *
   * @param initdb its arguments without the data directory
   * @param account that it runs as
   */
  Optional<Place> of(List<String> initdb, ServerAccount account) {
    try {
      StringBuilder host = new StringBuilder(ProcessFacts.bootId());
      for (Path path : INSTALLED) {
        host.append('\n').append(version(path));
      }
      Path program = Path.of(initdb.getFirst());
      String call =
          String.join("\0", initdb)
              + '\n'
              + version(program)
              + '\n'
              + version(program.resolveSibling("postgres"))
              + '\n'
              + account.uid()
              + ':'
              + account.gid();
      String today = hash(host.toString());
      sweep(today);
      String name = today + '-' + hash(call);
      synchronized (locks) {
        Lock lock = locks.computeIfAbsent(name, _ -> new ReentrantLock());
        return Optional.of(new Place(directory.resolve(name), lock));
      }
    } catch (IOException e) {
      LOG.debug("clusters are made by initdb each: {}", e.toString());
      return Optional.empty();
    }
  }

  /** Removes what was made on another host than it is today, when that is first seen. */
  private void sweep(String today) throws IOException {
    if (swept.equals(today)) {
      return;
    }
    kept.writeLock().lock();
    try {
      if (swept.equals(today)) {
        return;
      }
      swept = today;
      if (Files.notExists(directory)) {
        return;
      }
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          if (!entry.getFileName().toString().startsWith(today)) {
            FileTree.delete(entry);
          }
        }
      }
    } finally {
      kept.writeLock().unlock();
    }
  }

  private static String version(Path path) throws IOException {
    if (Files.notExists(path)) {
      return "";
    }
    BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
    return "%s %s %d %s".formatted(path, file.fileKey(), file.size(), file.lastModifiedTime());
  }

  private static String hash(String text) {
    try {
      byte[] whole = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(whole, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Where one is kept, or will be. */
  final class Place {
    final Path cluster;

    /** Whoever makes it holds this: the others shall wait for it and not do the same. */
    final Lock making;

    private Place(Path cluster, Lock making) {
      this.cluster = cluster;
      this.making = making;
    }

    boolean isKept() {
      return Files.isDirectory(cluster, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Copies what is kept and makes the copy a cluster of its own.
     *
     * @param target is made; the account's but for the directory itself, which is this process's
     */
    void copyTo(Path target, ServerAccount account) throws ReconcileException, IOException {
      try {
        kept.readLock().lock();
        try {
          copier.copy(cluster, target, account);
        } finally {
          kept.readLock().unlock();
        }
        ClusterIdentity.renew(target);
      } catch (ReconcileException | IOException e) {
        // Whatever was wrong: the next attempt runs initdb.
        forget();
        throw e;
      }
    }

    private void forget() throws IOException {
      kept.writeLock().lock();
      try {
        FileTree.delete(cluster);
      } finally {
        kept.writeLock().unlock();
      }
    }

    /** Keeps a new cluster, if it can be given another identity and there is space. */
    void keep(Path fresh, ServerAccount account) {
      Path staged = cluster.resolveSibling("." + UUID.randomUUID());
      kept.writeLock().lock();
      try {
        Ownership.passable(directory, account);
        Ownership.ours(directory, account, "rwx------");
        if (directory.toFile().getUsableSpace() < ENOUGH_SPACE || FileTree.size(fresh) > LARGEST) {
          return;
        }
        ClusterIdentity.require(fresh);
        ServerAccount self = new ServerAccount(account.name(), account.uid(), account.gid(), false);
        copier.copy(fresh, staged, self);
        Files.move(staged, cluster);
      } catch (ReconcileException | IOException e) {
        LOG.info("the next cluster is made by initdb again: {}", e.toString());
        deleteQuietly(staged);
      } finally {
        kept.writeLock().unlock();
      }
    }

    private static void deleteQuietly(Path staged) {
      try {
        FileTree.delete(staged);
      } catch (IOException e) {
        LOG.debug("left over until the next start: {}", staged, e);
      }
    }
  }
}

package dev.pglet.daemon;

import dev.pglet.api.meta.KindRegistry;
import dev.pglet.daemon.settings.HostUser;
import dev.pglet.reconcile.Command;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.KindProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of this process: those on its class path, and those of the jars in the plugins
 * directory.
 */
final class Kinds {
  private final HostUser user;
  private final Path plugins;
  private @Nullable List<KindProvider> loaded;

  Kinds(HostUser user, Path plugins) {
    this.user = user;
    this.plugins = plugins;
  }

  /** In the order in which they are found; the same ones each time. */
  synchronized List<KindProvider> providers() throws HostUnavailable {
    List<KindProvider> providers = loaded;
    if (providers == null) {
      providers = load();
      loaded = providers;
    }
    return providers;
  }

  KindRegistry registry() throws HostUnavailable {
    return new KindRegistry(providers().stream().map(KindProvider::crd).toList());
  }

  List<Command> commands() throws HostUnavailable {
    return providers().stream().flatMap(provider -> provider.commands().stream()).toList();
  }

  private List<KindProvider> load() throws HostUnavailable {
    List<URL> jars = new ArrayList<>();
    if (Files.isDirectory(plugins)) {
      requireTrusted(plugins);
      try (Stream<Path> files = Files.list(plugins)) {
        for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
          requireTrusted(jar);
          jars.add(jar.toUri().toURL());
        }
      } catch (IOException e) {
        throw new HostUnavailable(
            "PluginsUnreadable",
            "cannot read the plugins directory %s: %s".formatted(plugins, e),
            "Make it readable, or remove it",
            e);
      }
    }
    ClassLoader loader = Kinds.class.getClassLoader();
    if (!jars.isEmpty()) {
      // Lives as long as the process: its classes run until the end.
      loader = new URLClassLoader("plugins", jars.toArray(URL[]::new), loader);
    }
    return ServiceLoader.load(KindProvider.class, loader).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /** Whoever writes a plugin acts with the daemon's rights. */
  private void requireTrusted(Path path) throws HostUnavailable {
    if (!user.isRoot()) {
      return;
    }
    Optional<String> why = untrusted(path);
    if (why.isPresent()) {
      throw new HostUnavailable(
          "UntrustedPlugin",
          "%s is not loaded, because %s".formatted(path, why.get()),
          "Run chown root:root %s and chmod go-w %s, or remove it".formatted(path, path));
    }
  }

  private static Optional<String> untrusted(Path path) throws HostUnavailable {
    try {
      int owner = (Integer) Files.getAttribute(path, "unix:uid");
      if (owner != 0) {
        return Optional.of("it belongs to the account with the uid " + owner);
      }
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(path);
      return mode.contains(PosixFilePermission.GROUP_WRITE)
              || mode.contains(PosixFilePermission.OTHERS_WRITE)
          ? Optional.of("others than root can write it")
          : Optional.empty();
    } catch (IOException e) {
      throw new HostUnavailable(
          "PluginsUnreadable", "cannot look at %s: %s".formatted(path, e), "Remove it", e);
    }
  }
}

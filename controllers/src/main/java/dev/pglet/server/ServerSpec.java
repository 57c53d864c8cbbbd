package dev.pglet.server;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.NamedAccount;
import dev.pglet.host.certificate.Tls;
import dev.pglet.host.volume.VolumeMarker;
import dev.pglet.server.access.Access;
import dev.pglet.server.place.Places;
import dev.pglet.supervision.Lifecycle;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a server shall be, whatever kind asks for it.
 *
 * @param incarnation which build of the data, from 1
 * @param running whether it shall run
 * @param port the wanted port; 0: any, kept once allocated
 * @param bindAddress of this host
 * @param version {@code 17} or {@code 17.6}
 * @param binaries {@code auto}, {@code system}, {@code embedded} or a directory
 * @param pool the directory under which the volume lives
 * @param driver how a new volume holds its data: {@code auto}, or the name of a driver
 * @param typed settings that come from typed fields of the spec
 * @param parameters settings that the user wrote by name; they win over typed ones
 * @param preload libraries to preload if they are installed, besides those in {@code parameters}
 * @param enforced settings that nothing may override, such as {@code archive_mode=off} of a branch
 * @param access who may log in
 * @param tls how what they send is kept secret
 * @param lifecycle what is asked of it beside that it runs
 * @param places where it keeps what is not in its volume, and its log
 * @param user the account that it is to run as; empty: the daemon's for servers
 */
public record ServerSpec(
    ResourceKey key,
    String uid,
    int incarnation,
    boolean running,
    int port,
    String bindAddress,
    String version,
    String binaries,
    Path pool,
    String driver,
    Map<String, String> typed,
    Map<String, String> parameters,
    List<String> preload,
    Map<String, String> enforced,
    Access access,
    Tls tls,
    Lifecycle lifecycle,
    Places places,
    Optional<NamedAccount> user) {
  public ServerSpec {
    requireNonNull(key, "key is null");
    typed = Collections.unmodifiableMap(new LinkedHashMap<>(typed));
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    preload = List.copyOf(preload);
    enforced = Collections.unmodifiableMap(new LinkedHashMap<>(enforced));
  }

  /** All of it in its volume, and the daemon's account. */
  public ServerSpec(
      ResourceKey key,
      String uid,
      int incarnation,
      boolean running,
      int port,
      String bindAddress,
      String version,
      String binaries,
      Path pool,
      Map<String, String> typed,
      Map<String, String> parameters,
      List<String> preload,
      Map<String, String> enforced,
      Access access,
      Tls tls,
      Lifecycle lifecycle) {
    this(
        key,
        uid,
        incarnation,
        running,
        port,
        bindAddress,
        version,
        binaries,
        pool,
        VolumeMarker.ANY_DRIVER,
        typed,
        parameters,
        preload,
        enforced,
        access,
        tls,
        lifecycle,
        Places.NONE,
        Optional.empty());
  }

  /** Of the version that is asked for. */
  int majorVersion() {
    return Integer.parseInt(version.split("\\.", -1)[0]);
  }

  public String uid8() {
    return uid.substring(0, 8);
  }
}

package dev.pglet.server;

import dev.pglet.host.account.ServerAccount;
import dev.pglet.host.volume.Volume;
import dev.pglet.reconcile.ReconcileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What executors do with the files of a volume, for tests of other packages. */
public final class TestingOwnership {
  private TestingOwnership() {}

  /** Takes over the volume's files. */
  public static void secure(Volume volume, ServerAccount account) throws ReconcileException {
    new VolumeOwnership(account).secure(volume);
  }

  /** Writes the configuration in force once more, as it is, and links the server to it. */
  public static void writeInForce(Volume volume, ServerAccount account) throws IOException {
    new RememberedConfigurations(volume, account)
        .writeInForce(
            new Configuration(
                Map.of(),
                Files.readString(configuration(volume, RememberedConfigurations.MAIN)),
                Files.readString(configuration(volume, RememberedConfigurations.ACCESS)),
                Files.readString(configuration(volume, RememberedConfigurations.IDENTITIES)),
                ""));
  }

  private static Path configuration(Volume volume, String file) {
    return ServerHost.configurations(volume).resolve(file);
  }
}

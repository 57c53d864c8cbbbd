package dev.pglet.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance's server listens.
 *
 * @param port the TCP port; 0 (the default): one is allocated once, and kept
 * @param bindAddress an address of this host; 0.0.0.0 and :: are all of them; default 127.0.0.1
 * @param maxConnections null: PostgreSQL's own default
 */
public record NetworkSpec(
    @JsonPropertyDescription(
            "TCP port. 0: one is allocated once and kept (see status.port). Default 0. Change: restart.")
        @Min(0)
        @Max(65535)
        Integer port,
    @JsonPropertyDescription(
            "Address of this host to listen on; 0.0.0.0 or :: for all. One that other hosts reach needs security.ssl, or security.allowPlaintext. Default 127.0.0.1. Change: restart.")
        String bindAddress,
    @JsonPropertyDescription(
            "Highest number of connections. Default: PostgreSQL's own. Change: restart.")
        @Min(1)
        @Max(262143)
        @Nullable Integer maxConnections) {
  static final NetworkSpec DEFAULT = new NetworkSpec(0, "127.0.0.1", null);

  public NetworkSpec {
    port = port == null ? DEFAULT.port : port;
    bindAddress = bindAddress == null ? DEFAULT.bindAddress : bindAddress;
  }
}

package dev.pglet.host.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Opens sessions of the superuser {@code postgres} over a server's Unix socket, by peer
 * authentication: no TCP, no password. {@code search_path} is pinned to {@code pg_catalog,
 * pg_temp}, {@code application_name} is {@code pglet}, statements end after 30 s unless told
 * otherwise, and autocommit is on.
 */
@FunctionalInterface
public interface Connections {
  Connection open(Path socketDirectory, int port, String database) throws SQLException;
}

package dev.pglet.verb.config;

/**
 * A line of a configuration file, as the server reads it now.
 *
 * @param name in lower case
 * @param applied whether it is the one that counts, and could be applied
 */
record FileSetting(String name, String value, String file, int line, boolean applied) {
  private static final String OF_ALTER_SYSTEM = "/postgresql.auto.conf";

  boolean ofAlterSystem() {
    return file.endsWith(OF_ALTER_SYSTEM);
  }

  String place() {
    return file + ":" + line;
  }
}

package dev.pglet.server;

import java.util.Map;

/** What an observation tells of a server that branches can be made of. */
public interface CloneSource {
  ServerObserved server();

  String uid();

  /** The first database. */
  String database();

  /** Its owner. */
  String owner();

  /** The settings that the source's spec writes by name. */
  Map<String, String> parameters();

  /** Whether the data is complete and in service, running or not. */
  boolean complete();
}

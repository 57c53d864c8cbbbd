package dev.pglet.apiserver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** One HTTP request and its answer. Exactly one of the answering methods is called, once. */
public interface Exchange {
  /** In upper case. */
  String method();

  /** Percent-decoded, without query and without a slash at the end; begins with a slash. */
  String path();

  /** The first value of a query parameter; percent-decoded. */
  Optional<String> query(String name);

  /** The first value of a header. */
  Optional<String> header(String name);

  /**
   * The whole body.
   *
   * @throws ApiError 413 when it is longer than that
   */
  byte[] body(int atMost) throws IOException, ApiError;

  /** Adds a header to the answer, before it is sent. */
  void answerHeader(String name, String value);

  /** Sends a whole answer. */
  void respond(int status, String contentType, byte[] body);

  /**
   * Begins an answer of unknown length. The head goes out with the first flush after something was
   * written; each flush sends what was written. Writing to a client that has gone is an {@link
   * IOException}.
   */
  OutputStream stream(int status, String contentType) throws IOException;
}

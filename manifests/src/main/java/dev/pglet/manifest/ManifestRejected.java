package dev.pglet.manifest;

import java.util.List;
import java.util.stream.Collectors;

/** A text or a file cannot be accepted, or cannot be edited without harm. Nothing was written. */
public final class ManifestRejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public ManifestRejected(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }
}

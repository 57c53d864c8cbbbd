package dev.pglet.manifest.parse;

/** A text is no YAML that can be read safely. */
public final class YamlRejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Flaw flaw;

  public YamlRejected(Place place, String message) {
    super(message);
    this.flaw = new Flaw(place, "", message);
  }

  public Flaw flaw() {
    return flaw;
  }
}

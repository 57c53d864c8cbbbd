package dev.pglet.manifest.edit;

import dev.pglet.manifest.parse.Flaw;
import dev.pglet.manifest.parse.Place;

/** A text cannot be edited without changing more than what was asked for. */
public final class EditRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Flaw flaw;

  EditRefused(Place place, String field, String message) {
    super(message);
    this.flaw = new Flaw(place, field, message);
  }

  EditRefused(Flaw flaw) {
    super(flaw.message());
    this.flaw = flaw;
  }

  public Flaw flaw() {
    return flaw;
  }
}

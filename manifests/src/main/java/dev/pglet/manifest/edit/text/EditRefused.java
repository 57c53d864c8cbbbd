package dev.pglet.manifest.edit.text;

import dev.pglet.manifest.edit.change.FieldPath;
import dev.pglet.manifest.edit.change.FieldPath.Index;
import dev.pglet.manifest.edit.change.FieldPath.Part;
import dev.pglet.manifest.parse.Flaw;
import dev.pglet.manifest.parse.Place;
import dev.pglet.manifest.parse.YamlNode;

/** A text cannot be edited without changing more than what was asked for. */
public final class EditRefused extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final transient Flaw flaw;

  /** Why. */
  public enum Reason {
    /** The text is no YAML, or uses a part of YAML that is not read. */
    NOT_READABLE,
    /** There is no such document, or there are several. */
    NO_SUCH_DOCUMENT,
    /** There is no such field or item. */
    NO_SUCH_FIELD,
    /** What should hold a field or item is none that can. */
    NO_CONTAINER,
    /** A field is written twice. */
    DUPLICATE,
    /** It could be edited only by writing anew what nobody asked to change. */
    WOULD_REFORMAT
  }

  private EditRefused(Reason reason, Place place, String field, String message, String remedy) {
    this(reason, new Flaw(place, field, message + "; " + remedy));
  }

  private EditRefused(Reason reason, Flaw flaw) {
    super(flaw.message());
    this.reason = reason;
    this.flaw = flaw;
  }

  public Reason reason() {
    return reason;
  }

  /** Where, and what to do. */
  public Flaw flaw() {
    return flaw;
  }

  /** The text cannot be read. */
  public static EditRefused unreadable(Flaw flaw) {
    return new EditRefused(Reason.NOT_READABLE, flaw);
  }

  /** The text has fewer documents. */
  public static EditRefused noDocument(int index) {
    return new EditRefused(
        Reason.NO_SUCH_DOCUMENT,
        new Place(1, 1),
        "",
        "has no document number " + (index + 1),
        "read the file again");
  }

  /** One document was to be given. */
  public static EditRefused notOneDocument(int documents) {
    return new EditRefused(
        Reason.NO_SUCH_DOCUMENT,
        new Place(1, 1),
        "",
        "exactly one document is needed, but there are " + documents,
        "give them one by one");
  }

  /** A document has no fields. */
  public static EditRefused noMapping(YamlNode root) {
    return new EditRefused(
        Reason.NO_CONTAINER,
        root.span().place(),
        "",
        "the document is no mapping with fields",
        "write lines of \"key: value\"");
  }

  /** A field is written twice. */
  public static EditRefused twice(YamlNode second, String field) {
    return new EditRefused(
        Reason.DUPLICATE, second.span().place(), field, "stands there twice", "remove one");
  }

  /** Its text would have to be written anew, or more would change than was asked for. */
  public static EditRefused wouldReformat(YamlNode near, String field) {
    return new EditRefused(
        Reason.WOULD_REFORMAT,
        near.span().place(),
        field,
        "this YAML is written in a way that pglet cannot edit without changing more than it was"
            + " asked to",
        "write it in plain block style (lines of \"key: value\")");
  }

  static EditRefused unusual(YamlNode node) {
    return wouldReformat(node, "");
  }

  static EditRefused rootReplaced(YamlNode root) {
    return new EditRefused(
        Reason.WOULD_REFORMAT,
        root.span().place(),
        "",
        "the document would lose all of its fields",
        "delete the resource instead");
  }

  static EditRefused missing(YamlNode root, FieldPath path) {
    return new EditRefused(
        Reason.NO_SUCH_FIELD,
        root.span().place(),
        path.toString(),
        "is not written there",
        "read the file again");
  }

  static EditRefused noContainer(YamlNode node, FieldPath path, Part part) {
    return new EditRefused(
        Reason.NO_CONTAINER,
        node.span().place(),
        path.toString(),
        part instanceof Index
            ? "is no list with so many items"
            : "is no mapping, so it cannot have fields",
        "correct it first");
  }

  static EditRefused oddKey(YamlNode key) {
    return new EditRefused(
        Reason.WOULD_REFORMAT,
        key.span().place(),
        "",
        "is written as an unusual key",
        "write \"key: value\"");
  }
}

package dev.pglet.instance.role;

import dev.pglet.api.v1alpha1.SecretReference;

/** Where the password of a role comes from. */
public sealed interface PasswordSource {
  /** For people. */
  String describe();

  /** A secret of the user. */
  record Given(SecretReference reference) implements PasswordSource {
    @Override
    public String describe() {
      return reference.file() != null
          ? "file " + reference.file()
          : "key %s of secret %s".formatted(reference.key(), reference.secret());
    }
  }

  /** The instance's passfile, where pglet puts one that it makes. */
  record Generated() implements PasswordSource {
    @Override
    public String describe() {
      return "the passfile";
    }
  }
}

package dev.pglet.manifest.parse;

import dev.pglet.api.meta.ResourceKey;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a text says.
 *
 * @param documents those without a flaw
 * @param flaws everything that is wrong, in the order of the text
 * @param flawedKeys the resources that flawed documents seem to be about
 */
public record ParsedText(List<Document> documents, List<Flaw> flaws, Set<ResourceKey> flawedKeys) {
  public ParsedText {
    documents = List.copyOf(documents);
    flaws = List.copyOf(flaws);
    flawedKeys = Set.copyOf(flawedKeys);
  }

  /**
   * A good document.
   *
   * @param index its place in the text, from 0; empty documents count
   * @param specHash equal for equal specs, however they are written
   * @param text its own text
   * @param places by the path of the field
   */
  public record Document(
      ResourceKey key,
      CustomResource<?, ?> resource,
      int index,
      String specHash,
      String text,
      Map<String, Place> places) {
    public Document {
      places = Map.copyOf(places);
    }
  }
}

package dev.pglet.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pglet.api.meta.CrdDefinition;
import dev.pglet.api.meta.KindRegistry;
import java.util.List;

/** What a client asks first: which groups, versions and kinds there are. */
final class Discovery {
  private static final List<String> VERBS =
      List.of("create", "delete", "get", "list", "patch", "update", "watch");

  private final KindRegistry kinds;

  Discovery(KindRegistry kinds) {
    this.kinds = kinds;
  }

  static ObjectNode coreVersions() {
    ObjectNode versions = object("APIVersions");
    versions.putArray("versions").add("v1");
    return versions;
  }

  static ObjectNode coreResources() {
    ObjectNode list = object("APIResourceList").put("groupVersion", "v1");
    ObjectNode events = list.putArray("resources").addObject();
    events.put("name", "events").put("singularName", "event").put("namespaced", true);
    events.put("kind", "Event");
    events.putArray("verbs").add("list");
    return list;
  }

  ObjectNode groups() {
    ObjectNode list = object("APIGroupList");
    ArrayNode groups = list.putArray("groups");
    kinds.all().stream().map(CrdDefinition::group).distinct().map(this::group).forEach(groups::add);
    return list;
  }

  ObjectNode group(String name) {
    ObjectNode group = object("APIGroup").put("name", name);
    ArrayNode versions = group.putArray("versions");
    kinds.all().stream()
        .filter(kind -> kind.group().equals(name))
        .map(CrdDefinition::apiVersion)
        .distinct()
        .forEach(
            version ->
                versions
                    .addObject()
                    .put("groupVersion", version)
                    .put("version", version.substring(version.indexOf('/') + 1)));
    group.set("preferredVersion", versions.get(0).deepCopy());
    return group;
  }

  ObjectNode resources(String apiVersion) {
    ObjectNode list = object("APIResourceList").put("groupVersion", apiVersion);
    ArrayNode resources = list.putArray("resources");
    for (CrdDefinition kind : kinds.all()) {
      if (kind.apiVersion().equals(apiVersion)) {
        ObjectNode resource = resources.addObject();
        resource.put("name", kind.plural()).put("singularName", kind.singular());
        resource.put("namespaced", true).put("kind", kind.kind());
        ArrayNode verbs = resource.putArray("verbs");
        VERBS.forEach(verbs::add);
        ArrayNode shortNames = resource.putArray("shortNames");
        kind.shortNames().forEach(shortNames::add);
      }
    }
    return list;
  }

  private static ObjectNode object(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", "v1");
  }
}

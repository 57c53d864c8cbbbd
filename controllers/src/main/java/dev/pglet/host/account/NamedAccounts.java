package dev.pglet.host.account;

import static java.util.Objects.requireNonNull;

import dev.pglet.api.meta.ResourceKey;
import dev.pglet.host.account.AccountDatabase.Entry;
import dev.pglet.host.account.AccountDatabase.Group;
import dev.pglet.reconcile.HostUnavailable;
import dev.pglet.reconcile.InvalidSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Accounts that manifests name for single servers. Only root can run servers as others, and of
 * those none that is more than the account of one purpose: what pglet lets a server read, its keys
 * before all, it lets the account's group read. They are accounts of the local file: of those of a
 * directory service nobody could tell in which groups they are, and a service that hangs would keep
 * pglet from looking at servers. Makes no account. Thread-safe.
 */
public final class NamedAccounts {
  private static final String FIELD = "spec.runtime.user";

  /** A branch has no field for its account. */
  private static final String FIELD_OF_COPY = "spec.source";

  private static final int ROOT = 0;

  private static final String SYSTEM_ACCOUNT =
      "useradd --system --no-create-home --shell /usr/sbin/nologin";

  private final AccountDatabase accounts;
  private final ServerAccount ofDaemon;

  /**
   * Nothing is looked up yet.
   *
   * @param ofDaemon that servers run as for which none is named
   */
  public NamedAccounts(AccountDatabase accounts, ServerAccount ofDaemon) {
    this.accounts = requireNonNull(accounts, "accounts is null");
    this.ofDaemon = requireNonNull(ofDaemon, "ofDaemon is null");
  }

  /** That servers run as for which none is named. */
  public ServerAccount ofDaemon() {
    return ofDaemon;
  }

  /**
   * The account for a server that is made now.
   *
   * @throws InvalidSpec when there is none of that name, or servers do not run as it
   */
  public ServerAccount forNew(NamedAccount named) throws InvalidSpec, HostUnavailable {
    String name = named.name();
    if (name.equals(ofDaemon.name())) {
      return ofDaemon;
    }
    if (!ofDaemon.switching()) {
      throw notAllowed(
          name, named.source(), named.source().isEmpty() ? "Remove the field, or " : "");
    }
    Entry account = accounts.findLocal(name).orElseThrow(() -> notLocal(name, named.source()));
    requireNotRoot(
        account.name(), account.uid(), account.gid(), named.source(), remedy(named.source()));
    if (account.uid() == ServerAccounts.NOBODY) {
      throw refused(
          "AccountIsNobody",
          named.source(),
          "the account %s is what everything runs as that owns nothing, so data must not be its"
              .formatted(name),
          remedy(named.source()));
    }
    requireOwnUid(account, named.source());
    requireOwnGroup(account, named.source());
    return new ServerAccount(account.name(), account.uid(), account.gid(), true);
  }

  /**
   * Requires of an account that a server was made for that it is still there, and still the same:
   * what belongs to the old one is not handed to another one that has got its name.
   *
   * <p>That keeps nobody out of a server that runs already: it lets in who has the name.
   *
   * @param source of which the server is a copy; empty: of none
   */
  public void requireStill(ServerAccount account, Optional<ResourceKey> source)
      throws InvalidSpec, HostUnavailable {
    if (account.equals(ofDaemon)) {
      return;
    }
    String name = account.name();
    if (!ofDaemon.switching()) {
      throw notAllowed(name, source, "");
    }
    requireNotRoot(
        name,
        account.uid(),
        account.gid(),
        source,
        "The marker of the volume says so: repair it from a copy");
    String uid = Integer.toUnsignedString(account.uid());
    String gid = Integer.toUnsignedString(account.gid());
    Optional<Entry> now = accounts.findLocal(name);
    if (now.isEmpty()) {
      throw refused(
          "AccountMissing",
          source,
          "the account %s, which the server was made for as uid %s and gid %s, is not in /etc/passwd any more: the server is left as it is, and while it runs, whoever gets that name gets in as its superuser"
              .formatted(name, uid, gid),
          "Give the account its ids back: %s; until then stop the server (spec.desiredState: Stopped)"
              .formatted(make(name, uid, gid)));
    }
    if (now.get().uid() != account.uid() || now.get().gid() != account.gid()) {
      throw refused(
          "AccountChanged",
          source,
          "the account %s was made for the server as uid %s and gid %s, and is uid %s and gid %s now: the server is left as it is, and while it runs, whoever has that name now gets in as its superuser"
              .formatted(
                  name,
                  uid,
                  gid,
                  Integer.toUnsignedString(now.get().uid()),
                  Integer.toUnsignedString(now.get().gid())),
          "Stop the server (spec.desiredState: Stopped). If the name has gone to somebody else, rename that account (usermod -l), then %s. Only if whoever has the name now is to have the data too, give that account the ids: usermod -u %s -g %s %s"
              .formatted(make(name, uid, gid), uid, gid, name));
    }
  }

  private static String make(String name, String uid, String gid) {
    return "groupadd -g %3$s %1$s && %4$s -u %2$s -g %3$s %1$s"
        .formatted(name, uid, gid, SYSTEM_ACCOUNT);
  }

  private InvalidSpec notAllowed(String name, Optional<ResourceKey> source, String otherwise) {
    String remedy = otherwise + "run pglet as root";
    return refused(
        "AccountNotAllowed",
        source,
        "the server cannot run as %s: pglet runs as %s, and only root can run servers as others"
            .formatted(name, ofDaemon.name()),
        Character.toUpperCase(remedy.charAt(0)) + remedy.substring(1));
  }

  private static InvalidSpec notLocal(String name, Optional<ResourceKey> source) {
    return refused(
        "AccountNotLocal",
        source,
        "the account %s is not in /etc/passwd, and servers run as no account that only a directory service knows"
            .formatted(name),
        source
            .map("Do what the status of %s says"::formatted)
            .orElse(
                "Make it: useradd --system --user-group --no-create-home --shell /usr/sbin/nologin %s; or name another one"
                    .formatted(name)));
  }

  /** Of the account of a new server, and of what the marker of an old one says. */
  private static void requireNotRoot(
      String name, int uid, int gid, Optional<ResourceKey> source, String remedy)
      throws InvalidSpec {
    if (uid == ROOT || gid == ROOT) {
      throw refused(
          "AccountIsRoot",
          source,
          uid == ROOT
              ? "the account %s has the uid 0: it is root, and servers never run as root"
                  .formatted(name)
              : "the group of the account %s is root's, which may read what servers must not"
                  .formatted(name),
          remedy);
    }
  }

  private void requireOwnUid(Entry account, Optional<ResourceKey> source)
      throws InvalidSpec, HostUnavailable {
    List<String> others =
        account.uid() == ofDaemon.uid() ? List.of(ofDaemon.name()) : accounts.otherNamesOf(account);
    if (!others.isEmpty()) {
      throw refused(
          "UidShared",
          source,
          "the account %s has the uid %s, and so has %s: what one of them owns, each of them owns"
              .formatted(
                  account.name(),
                  Integer.toUnsignedString(account.uid()),
                  String.join(", ", others)),
          "Give the account a uid of its own (usermod -u), or " + another(source));
    }
  }

  private void requireOwnGroup(Entry account, Optional<ResourceKey> source)
      throws InvalidSpec, HostUnavailable {
    String name = account.name();
    Group group = accounts.groupOf(account);
    if (!group.others().isEmpty()) {
      throw refused(
          "GroupShared",
          source,
          "in the group of the account %s are others, too (%s), who could read the server's keys"
              .formatted(name, String.join(", ", group.others())),
          "%s, or %s".formatted(alone(name, group), another(source)));
    }
    Group ofServers = accounts.groupOf(new Entry(ofDaemon.name(), ofDaemon.uid(), ofDaemon.gid()));
    if (ofServers.others().contains(name)) {
      throw refused(
          "GroupShared",
          source,
          "the account %s is in the group of the account %s, and could read the keys of its servers"
              .formatted(name, ofDaemon.name()),
          "Take it out of that group, or " + another(source));
    }
  }

  /** What to do so that nobody else is in an account's group. */
  private static String alone(String name, Group group) {
    if (!group.name().equals(name)) {
      return "Give the account a group of its own (groupadd --system %1$s; usermod -g %1$s %1$s)"
          .formatted(name);
    }
    return group.firstOf().isEmpty()
        ? "Take the others out of it: "
            + group.members().stream()
                .map(member -> "gpasswd -d %s %s".formatted(member, name))
                .collect(Collectors.joining(" && "))
        : "Give the others another group (usermod -g)";
  }

  private static String remedy(Optional<ResourceKey> source) {
    return source.isPresent()
        ? "Choose a source whose server runs as an account that was made for this"
        : "Name an account that was made for this, or remove the field";
  }

  private static String another(Optional<ResourceKey> source) {
    return source.isPresent() ? "choose another source" : "name another one";
  }

  private static InvalidSpec refused(
      String reason, Optional<ResourceKey> source, String message, String remedy) {
    return new InvalidSpec(
        reason,
        source.isPresent() ? FIELD_OF_COPY : FIELD,
        source.map("as a copy of %s it has that account: "::formatted).orElse("") + message,
        remedy);
  }
}

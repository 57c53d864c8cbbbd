package dev.pglet.host.account;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Accounts in memory. */
public class TestingAccounts implements AccountDatabase {
  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<Integer, List<String>> members = new HashMap<>();
  private final Map<Integer, String> groups = new HashMap<>();
  private final Entry self;

  public TestingAccounts(Entry self) {
    this.self = self;
    entries.put(self.name(), self);
  }

  public TestingAccounts with(Entry entry) {
    entries.put(entry.name(), entry);
    return this;
  }

  /** Accounts that are in a group that is not their own. */
  public TestingAccounts withMembers(int gid, String... names) {
    members.put(gid, List.of(names));
    return this;
  }

  /** A group that is not called as the account whose first one it is. */
  public TestingAccounts withGroup(int gid, String name) {
    groups.put(gid, name);
    return this;
  }

  public int size() {
    return entries.size();
  }

  @Override
  public Optional<Entry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  @Override
  public Optional<Entry> findLocal(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  @Override
  public Optional<Entry> find(int uid) {
    return entries.values().stream().filter(entry -> entry.uid() == uid).findFirst();
  }

  @Override
  public List<String> otherNamesOf(Entry account) {
    return entries.values().stream()
        .filter(entry -> entry.uid() == account.uid() && !entry.name().equals(account.name()))
        .map(Entry::name)
        .toList();
  }

  @Override
  public Group groupOf(Entry account) {
    return new Group(
        groups.getOrDefault(account.gid(), account.name()),
        entries.values().stream()
            .filter(entry -> entry.gid() == account.gid() && entry.uid() != 0)
            .map(Entry::name)
            .filter(name -> !name.equals(account.name()))
            .sorted()
            .toList(),
        members.getOrDefault(account.gid(), List.of()).stream()
            .filter(name -> !name.equals(account.name()))
            .toList());
  }

  @Override
  public void createSystemAccount(String name) {
    entries.put(name, new Entry(name, 900 + entries.size(), 900));
  }

  @Override
  public Entry self() {
    return self;
  }
}

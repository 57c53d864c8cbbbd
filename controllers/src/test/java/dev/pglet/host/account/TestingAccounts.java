package dev.pglet.host.account;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Accounts in memory. */
public final class TestingAccounts implements AccountDatabase {
  private final Map<String, Entry> entries = new HashMap<>();
  private final Entry self;

  public TestingAccounts(Entry self) {
    this.self = self;
    entries.put(self.name(), self);
  }

  public TestingAccounts with(Entry entry) {
    entries.put(entry.name(), entry);
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
  public Optional<Entry> find(int uid) {
    return entries.values().stream().filter(entry -> entry.uid() == uid).findFirst();
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

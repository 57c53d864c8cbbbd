package dev.pglet.manifest;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Lets tests that run as root see the file system as an ordinary user does. */
@SuppressWarnings("restricted") // calls the C library
final class TestingUser {
  private static final int NOBODY = 65534;
  private static final MethodHandle SETFSUID =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().find("setfsuid").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private TestingUser() {}

  interface Action<T> {
    T run() throws Exception;
  }

  /** Does something without the rights of root over files; on this thread only. */
  static <T> T without(Action<T> action) throws Exception {
    int before = setUser(NOBODY);
    try {
      return action.run();
    } finally {
      setUser(before);
    }
  }

  private static int setUser(int user) {
    try {
      return (int) SETFSUID.invokeExact(user);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}

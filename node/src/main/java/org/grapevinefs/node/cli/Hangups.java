// SPDX-License-Identifier: Apache-2.0
package org.grapevinefs.node.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * SIGHUP, by which administrators have daemons read their files anew. The JDK's own class for it is
 * not part of its API, so it is used only where it is there.
 */
final class Hangups {
  private Hangups() {}

  /** Has something called at each SIGHUP, which otherwise would end the process. */
  static void call(Runnable listener) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Hangups.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> answer(self, method, arguments, listener));
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException e) {
      // Without it, edits are still seen: the folder is watched.
    }
  }

  private static @org.jspecify.annotations.Nullable Object answer(
      Object self, Method method, Object[] arguments, Runnable listener) {
    return switch (method.getName()) {
      case "handle" -> {
        listener.run();
        yield null;
      }
      case "equals" -> System.identityHashCode(self) == System.identityHashCode(arguments[0]);
      case "hashCode" -> System.identityHashCode(self);
      default -> "SIGHUP";
    };
  }
}

package io.ringtrace.server;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs something at each SIGHUP, as daemons do. The JDK's only way to hear a signal is {@code sun.misc.Signal}, of the module jdk.unsupported;
 * it is called by reflection, because naming it is a compiler warning that can't be switched off.
 */
final class HangupSignal {
    private static final Logger LOG = LoggerFactory.getLogger(HangupSignal.class);

    private HangupSignal() {}

    /** @param action run on a thread of its own for each signal */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    HangupSignal.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            action.run();
                            yield null;
                        }
                        // Nobody asks a handler for these.
                        case "equals" -> false;
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "at SIGHUP";
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIGHUP is not heard; use ringtrace reload: {}", String.valueOf(e.getCause()));
        }
    }
}

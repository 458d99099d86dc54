package io.ringtrace.server;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs something at each signal to this process, as daemons do. The JDK's only way to hear a signal is {@code sun.misc.Signal}, of the module
 * jdk.unsupported; it is called by reflection, because naming it is a compiler warning that can't be switched off.
 */
public final class ProcessSignal {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessSignal.class);

    private ProcessSignal() {}

    /**
     * From now on the signal does this and nothing else. Where signals can't be heard, a warning is logged and the signal does what the JVM
     * does at it.
     *
     * @param name without SIG: HUP, TERM, INT
     * @param action run on a thread of its own for each signal
     */
    public static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    ProcessSignal.class.getClassLoader(),
                    new Class<?>[] {handler},
                    (self, method, arguments) -> switch (method.getName()) {
                        case "handle" -> {
                            action.run();
                            yield null;
                        }
                        // Nobody asks a handler for these.
                        case "equals" -> false;
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "at SIG" + name;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} is not heard: {}", name, String.valueOf(e.getCause()));
        }
    }
}

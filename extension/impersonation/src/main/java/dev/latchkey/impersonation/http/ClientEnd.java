package dev.latchkey.impersonation.http;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.http.HttpClient;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Ends a client of {@code java.net.http} that has nothing to do, at once: its thread, its connections, its descriptors.
 *
 * <p>From Java 21 on by {@code shutdownNow}; {@code close} would wait for whoever does not read a body. Java 17 leaves
 * it to the collector, and a server that has memory has thousands by then; there the client's one thread, which ends the
 * rest with itself, is interrupted. Static; any thread; does not block.
 */
final class ClientEnd {
    private static final @Nullable MethodHandle SHUTDOWN_NOW = shutdownNow();

    /** So that client's own text ends; the name of its thread has the same number. */
    private static final Pattern NUMBER = Pattern.compile("HttpClientImpl@[0-9a-f]+\\((\\d+)\\)$");

    private ClientEnd() {}

    private static @Nullable MethodHandle shutdownNow() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(HttpClient.class, "shutdownNow", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    static void end(HttpClient client) {
        if (SHUTDOWN_NOW != null) {
            try {
                SHUTDOWN_NOW.invokeExact(client);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
            return;
        }
        Thread selector = selector(client);
        if (selector != null) {
            selector.interrupt();
        }
    }

    private static @Nullable Thread selector(HttpClient client) {
        Matcher number = NUMBER.matcher(client.toString());
        if (!number.find()) {
            return null;
        }
        String name = "HttpClient-" + number.group(1) + "-SelectorManager";
        ThreadGroup all = Thread.currentThread().getThreadGroup();
        while (all.getParent() != null) {
            all = all.getParent();
        }
        Thread[] threads = new Thread[2 * all.activeCount() + 100];
        all.enumerate(threads, true);
        return Arrays.stream(threads)
                .filter(Objects::nonNull)
                .filter(each -> each.getName().equals(name))
                .filter(each -> each.getClass().getName().startsWith("jdk.internal.net.http."))
                .findFirst()
                .orElse(null);
    }
}

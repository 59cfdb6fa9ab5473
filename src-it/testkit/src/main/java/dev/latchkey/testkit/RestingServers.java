package dev.latchkey.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which a server in this JVM does not come to rest: a thread of it burns CPU, or is inside a TLS
 * connection, or waits for one's lock.
 *
 * <p>A thread that spins holds the lock of its connection and then the selector, and no test that looks at its own client
 * sees that. After each test all threads that run Jetty are looked at twice, a moment apart; only where one does not rest
 * it is looked at again, until it does. Registered for all tests by {@code META-INF/services}.
 */
public final class RestingServers implements AfterEachCallback {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** More CPU than this share of the time is no rest; less than a spinning thread gets on a busy machine. */
    private static final double SHARE = 0.05;

    private static final String JETTY = "org.eclipse.jetty.";
    private static final String TLS_END_POINT = "org.eclipse.jetty.io.ssl.SslConnection$SslEndPoint";

    /** Called by JUnit. */
    public RestingServers() {}

    @Override
    public void afterEach(ExtensionContext test) {
        assertRest();
    }

    /** Waits until all threads that run Jetty rest, and fails with what they do if they do not. */
    public static void assertRest() {
        assertRest(PATIENCE);
    }

    static void assertRest(Duration patience) {
        Duration moment = MOMENT;
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> restless = restless(moment);
        while (!restless.isEmpty() && System.nanoTime() - deadline < 0) {
            moment = LOOK_AGAIN;
            restless = restless(moment);
        }
        if (!restless.isEmpty()) {
            throw new AssertionError("Threads of a server do not come to rest:\n" + String.join("\n", restless));
        }
    }

    /**
     * Stops a server, which must not take longer than this, whatever its clients have left behind.
     *
     * @throws Exception what stopping fails with
     */
    public static void stop(LifeCycle server, Duration most) throws Exception {
        Exception[] failure = new Exception[1];
        Thread stopping = new Thread(
                () -> {
                    try {
                        server.stop();
                    } catch (Exception x) {
                        failure[0] = x;
                    }
                },
                "stopping a server");
        stopping.setDaemon(true);
        stopping.start();
        stopping.join(most.toMillis());
        if (stopping.isAlive()) {
            throw new AssertionError("The server does not stop:\n"
                    + jettyThreads().values().stream()
                            .map(RestingServers::describe)
                            .collect(Collectors.joining("\n")));
        }
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private static List<String> restless(Duration moment) {
        Map<Long, Long> before = new HashMap<>();
        jettyThreads().keySet().forEach(id -> before.put(id, THREADS.getThreadCpuTime(id)));
        if (before.isEmpty()) {
            return List.of();
        }
        long start = System.nanoTime();
        LockSupport.parkNanos(moment.toNanos());
        double time = System.nanoTime() - start;
        List<String> found = new ArrayList<>();
        jettyThreads().forEach((id, info) -> {
            long used = THREADS.getThreadCpuTime(id) - before.getOrDefault(id, Long.MAX_VALUE);
            if (before.containsKey(id) && (used > time * SHARE || isRunning(info) || isInsideTls(info))) {
                found.add("used " + TimeUnit.NANOSECONDS.toMillis(used) + " ms of CPU: " + describe(info));
            }
        });
        return found;
    }

    /** All but this one, which may be a test that embeds a server. */
    private static Map<Long, ThreadInfo> jettyThreads() {
        Map<Long, ThreadInfo> found = new HashMap<>();
        long own = Thread.currentThread().getId();
        for (ThreadInfo info : THREADS.dumpAllThreads(false, false)) {
            if (info.getThreadId() != own
                    && Arrays.stream(info.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().startsWith(JETTY))) {
                found.put(info.getThreadId(), info);
            }
        }
        return found;
    }

    /** Not one that waits in the system, as a selector does. */
    private static boolean isRunning(ThreadInfo info) {
        return info.getThreadState() == Thread.State.RUNNABLE && !info.getStackTrace()[0].isNativeMethod();
    }

    /** A thread that moves bytes of TLS, and so has the connection's lock or waits for it; at rest there is none. */
    private static boolean isInsideTls(ThreadInfo info) {
        return Arrays.stream(info.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(TLS_END_POINT)
                        && (frame.getMethodName().equals("fill")
                                || frame.getMethodName().equals("flush")
                                || frame.getMethodName().equals("isInputShutdown")));
    }

    private static String describe(ThreadInfo info) {
        String owner = info.getLockOwnerName() == null ? "" : ", which has " + info.getLockOwnerName();
        return Arrays.stream(info.getStackTrace())
                .map(frame -> "\tat " + frame)
                .collect(Collectors.joining(
                        "\n",
                        info.getThreadName() + " " + info.getThreadState()
                                + (info.getLockName() == null ? "" : " waits for " + info.getLockName() + owner) + "\n",
                        ""));
    }
}

package dev.latchkey.container;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A process that was started here, with all that it started; ended by their ids, gracefully and then by force.
 *
 * <p>While it lives, the end of this JVM ends it too. Any thread.
 */
final class ProcessTree {
    private static final Duration FORCED = Duration.ofSeconds(10);

    private final Process process;
    private final Thread hook;

    ProcessTree(Process process) {
        this.process = process;
        this.hook = new Thread(() -> kill(descendants()), "end-process-" + process.pid());
        Runtime.getRuntime().addShutdownHook(hook);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitValue() {
        return process.exitValue();
    }

    /** Asks it to end, waits, then ends whatever is left; {@return whether it ended without force} */
    boolean end(Duration grace) {
        List<ProcessHandle> descendants = descendants();
        process.destroy();
        boolean graceful = await(process.toHandle(), grace);
        kill(descendants);
        removeHook();
        return graceful;
    }

    private List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    private void kill(List<ProcessHandle> descendants) {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), descendants.stream())
                .filter(ProcessHandle::isAlive)
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> await(one, FORCED));
    }

    private static boolean await(ProcessHandle handle, Duration timeout) {
        boolean interrupted = false;
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            while (true) {
                try {
                    handle.onExit().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    // Ending it comes first; the interrupt is passed on afterwards.
                    interrupted = true;
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            return !handle.isAlive();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This JVM is ending: the hook runs, or has run, and finds nothing alive.
        }
    }
}

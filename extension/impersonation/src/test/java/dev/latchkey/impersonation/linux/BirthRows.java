package dev.latchkey.impersonation.linux;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFailure;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * One row of the README's table of what runs as whom: alice, bob and the server give work away at the same time, again
 * and again, in the way that the row names. A process of its own, so that no thread is there before.
 *
 * <p>Prints for each giver what was seen, and at last the threads that do not have the server's ids.
 */
public final class BirthRows {
    private static final int[] USERS = {21001, 21002, 0};
    private static final Path STATUS = Path.of("/proc/thread-self/status");

    private final IdentityFlow flow = Identities.flow();
    private final ExecutorService foreign =
            new ThreadPoolExecutor(0, 64, 1, TimeUnit.MILLISECONDS, new SynchronousQueue<>());
    private final ScheduledExecutorService foreignScheduled = Executors.newScheduledThreadPool(2);

    /** What a giver's work saw: {@code own}, {@code server}, {@code caller}, a code, or another's id. */
    private final Map<String, Long> seen = new TreeMap<>();

    private BirthRows() {}

    /** @param arguments the row, and how often each of the three gives work */
    public static void main(String[] arguments) throws Exception {
        BirthRows rows = new BirthRows();
        Row row = rows.row(arguments[0]);
        int rounds = Integer.parseInt(arguments[1]);
        List<Thread> givers = new ArrayList<>();
        for (int user : USERS) {
            Thread giver = new Thread(() -> rows.give(user, row, rounds), "giver-" + user);
            givers.add(giver);
            giver.start();
        }
        for (Thread giver : givers) {
            giver.join();
        }
        rows.seen.forEach((what, times) -> System.out.println("SEEN " + what + " " + times));
        System.out.println("OTHERS " + othersAtRest());
        System.out.println("AFTERWARDS " + who() + " "
                + CompletableFuture.supplyAsync(BirthRows::who).get());
        System.out.println("WASHED " + rows.flow.statistics().washed());
        System.out.println("END");
        System.exit(0);
    }

    /** Gives work away once, and tells as whom each part of it ran. */
    @FunctionalInterface
    interface Row {
        List<Integer> give() throws Exception;
    }

    private void give(int user, Row row, int rounds) {
        try (Identity identity =
                user == 0 ? flow.none() : LinuxIdentity.identity(flow, LinuxAccount.of(user, user, user))) {
            for (int i = 0; i < rounds; i++) {
                for (String what : once(user, identity, row)) {
                    synchronized (seen) {
                        seen.merge((user == 0 ? "server" : "user") + ":" + what, 1L, Long::sum);
                    }
                }
            }
        }
    }

    private static List<String> once(int user, Identity identity, Row row) {
        try {
            return identity.call(row::give).stream()
                    .map(who -> who == user ? "own" : who == 0 ? "server" : "ANOTHER")
                    .toList();
        } catch (Exception e) {
            return List.of(code(e));
        }
    }

    private static String code(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IdentityException refused) {
                return refused.failure() == IdentityFailure.THREAD_REFUSED
                                || refused.failure() == IdentityFailure.VIRTUAL_THREAD
                        ? "refused"
                        : refused.failure().code();
            }
        }
        return e.toString().replace(' ', '_');
    }

    private Row row(String name) {
        ImpersonatingExecutorService guarded = Identities.executor(foreign);
        return switch (name) {
            case "executor" -> () -> List.of(guarded.submit(BirthRows::who).get());
            case "scheduled" ->
                () -> List.of(Identities.scheduledExecutor(foreignScheduled)
                        .schedule(BirthRows::who, 1, TimeUnit.MICROSECONDS)
                        .get());
            case "future" ->
                () -> List.of(guarded.supplyAsync(BirthRows::who)
                        .thenApplyAsync(x -> who(), foreign)
                        .thenApplyAsync(x -> who())
                        .get());
            case "timeout" -> this::timeout;
            case "foreign" -> () -> List.of(foreign.submit(BirthRows::who).get());
            case "ownPool" -> BirthRows::ownPool;
            case "stream" ->
                () -> IntStream.range(0, 16).parallel().map(i -> who()).boxed().toList();
            case "supplyAsync" ->
                () -> List.of(CompletableFuture.supplyAsync(BirthRows::who).get());
            case "waiting" ->
                () -> List.of(
                        CompletableFuture.supplyAsync(() -> foreignWait(CompletableFuture.supplyAsync(BirthRows::who)))
                                .get());
            case "thread" -> () -> List.of(onThread(BirthRows::who));
            case "virtual" -> () -> List.of(virtual(BirthRows::who));
            case "woken" -> this::woken;
            case "structured" -> BirthRows::structured;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static int foreignWait(CompletableFuture<Integer> inner) {
        return inner.join();
    }

    /** Java's own clock, first asked by whoever is first; what the server adds runs on its thread. */
    private List<Integer> timeout() throws Exception {
        CompletableFuture<Integer> waits = new CompletableFuture<>();
        CompletableFuture<Integer> then = flow.newIncompleteFuture(foreign);
        then.orTimeout(1, TimeUnit.MINUTES);
        waits.completeOnTimeout(1, 1, TimeUnit.MICROSECONDS).thenAccept(x -> then.complete(who()));
        return List.of(then.get());
    }

    private static List<Integer> ownPool() throws Exception {
        ForkJoinPool pool = new ForkJoinPool(2);
        try {
            return List.of(pool.submit(BirthRows::who).get());
        } finally {
            pool.shutdown();
        }
    }

    private static int onThread(Callable<Integer> work) throws Exception {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(result, work));
        thread.start();
        thread.join();
        return result.get();
    }

    private static void complete(CompletableFuture<Integer> result, Callable<Integer> work) {
        try {
            result.complete(work.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    private static int virtual(Callable<Integer> work) throws Exception {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        startVirtual(() -> complete(result, work));
        return result.get();
    }

    private static void startVirtual(Runnable work) throws Exception {
        try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        } catch (java.lang.reflect.InvocationTargetException e) {
            throw new ExecutionException(e.getCause());
        }
    }

    /** The server's virtual thread waits for what the giver, who may be a user, hands it. */
    private List<Integer> woken() throws Exception {
        SynchronousQueue<CompletableFuture<Integer>> handed = new SynchronousQueue<>();
        flow.handOver(() -> {
            try {
                startVirtual(() -> {
                    try {
                        CompletableFuture<Integer> asked = handed.take();
                        complete(asked, BirthRows::who);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Integer> asked = new CompletableFuture<>();
        handed.put(asked);
        return List.of(asked.get());
    }

    /** A preview of Java 25, so by reflection. */
    private static List<Integer> structured() throws Exception {
        Class<?> kind = Class.forName("java.util.concurrent.StructuredTaskScope");
        try (AutoCloseable scope = (AutoCloseable) kind.getMethod("open").invoke(null)) {
            Object subtask = kind.getMethod("fork", Callable.class).invoke(scope, (Callable<Integer>) BirthRows::who);
            kind.getMethod("join").invoke(scope);
            return List.of((Integer) Class.forName("java.util.concurrent.StructuredTaskScope$Subtask")
                    .getMethod("get")
                    .invoke(subtask));
        }
    }

    /** {@return whose the calling thread is; -1 if its ids differ} */
    static int who() {
        try {
            return whose(STATUS);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int whose(Path status) throws IOException {
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("Uid:")) {
                String[] ids = line.split("\\s+");
                return ids[2].equals(ids[4]) ? Integer.parseInt(ids[4]) : -1;
            }
        }
        throw new IOException("no Uid in " + status);
    }

    /** Those that stay: to the kernel a thread lives a little longer than to who joins it. */
    private static List<String> othersAtRest() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        List<String> others = others();
        while (!others.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            others = others();
        }
        return others;
    }

    /** {@return the threads of this process that do not have the server's ids, by name} */
    static List<String> others() throws IOException {
        List<String> others = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                try {
                    if (whose(task.resolve("status")) != 0) {
                        others.add(Files.readString(task.resolve("comm")).strip());
                    }
                } catch (IOException e) {
                    // It has ended.
                }
            }
        }
        return others;
    }
}

package dev.latchkey.impersonation;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that Java starts by itself and shares among all: started before the first user, and kept from ending, so
 * that none is ever started by a thread that carries somebody.
 *
 * <p>They are the workers of the common pool (parallel streams, {@code supplyAsync}), the one of delays ({@code
 * orTimeout}), and, from Java 21, those that virtual threads run on and that wake these. Idle workers end after 30
 * seconds or more; {@link #keep} gives them something to do more often. Called on the {@link CleanRoom}'s thread.
 */
final class SharedThreads {
    /** How often {@link #keep} is to be called: idle carriers of virtual threads end after 30 seconds. */
    static final long KEEP_SECONDS = 10;

    private static final long PATIENCE_MILLIS = 500;

    /** {@code Thread.startVirtualThread}; null on a Java without it. */
    private static final @Nullable MethodHandle START_VIRTUAL = find();

    private SharedThreads() {}

    private static @Nullable MethodHandle find() {
        try {
            return MethodHandles.publicLookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }

    /**
     * Starts them. A pool that is busy at this moment has its threads, or starts the rest at {@link #keep}.
     *
     * @param all or else only the one of delays, which the rehearsal starts anyway
     */
    static void start(boolean all) {
        Thread caller = Thread.currentThread();
        ClassLoader loader = caller.getContextClassLoader();
        // They outlive an application, and must not keep its class loader.
        caller.setContextClassLoader(ClassLoader.getSystemClassLoader());
        try {
            startDelays();
            if (all) {
                fillCommonPool();
                if (START_VIRTUAL != null) {
                    fillCarriers();
                    startWakers();
                }
            }
        } finally {
            caller.setContextClassLoader(loader);
        }
    }

    /**
     * By a worker of the common pool, in a call that has no class of ours on its stack: Java 17 gives to a thread the
     * protection domains that it is made under, and with them their class loader.
     */
    private static void startDelays() {
        CompletableFuture<Boolean> delayed = new CompletableFuture<>();
        CompletableFuture<Void> ended = delayed.handle((value, failure) -> null);
        try {
            MethodHandle orTimeout = MethodHandles.publicLookup()
                    .findVirtual(
                            CompletableFuture.class,
                            "orTimeout",
                            MethodType.methodType(CompletableFuture.class, long.class, TimeUnit.class));
            ForkJoinPool.commonPool()
                    .execute(MethodHandleProxies.asInterfaceInstance(
                            Runnable.class,
                            MethodHandles.insertArguments(orTimeout, 0, delayed, 1L, TimeUnit.MILLISECONDS)
                                    .asType(MethodType.methodType(void.class))));
            ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ReflectiveOperationException | InterruptedException | ExecutionException | TimeoutException e) {
            // Busy: by who keeps it so, and no user's thread is among them yet.
            ended.cancel(false);
        }
    }

    /** Lets no idle one end. */
    static void keep() {
        ForkJoinPool common = ForkJoinPool.commonPool();
        if (common.getPoolSize() < common.getParallelism()) {
            fillCommonPool();
        } else {
            common.execute(() -> {});
        }
        if (START_VIRTUAL != null) {
            startVirtual(() -> {});
        }
    }

    private static void fillCommonPool() {
        ForkJoinPool common = ForkJoinPool.commonPool();
        int workers = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch all = new CountDownLatch(workers);
        for (int i = 0; i < workers; i++) {
            common.execute(() -> {
                all.countDown();
                await(all);
            });
        }
        await(all);
    }

    private static void await(CountDownLatch all) {
        try {
            if (!all.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A virtual thread that waited would let go of its carrier: these spin. */
    private static void fillCarriers() {
        int carriers = Integer.getInteger(
                "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
        AtomicInteger missing = new AtomicInteger(carriers);
        CountDownLatch done = new CountDownLatch(carriers);
        long start = System.nanoTime();
        for (int i = 0; i < carriers; i++) {
            startVirtual(() -> {
                missing.decrementAndGet();
                while (missing.get() > 0 && System.nanoTime() - start < PATIENCE_MILLIS * 1_000_000) {
                    Thread.onSpinWait();
                }
                done.countDown();
            });
        }
        await(done);
    }

    /** One for each queue of delays, as many as carriers at most, and those that poll sockets. */
    private static void startWakers() {
        int queues = Runtime.getRuntime().availableProcessors();
        CountDownLatch done = new CountDownLatch(queues + 1);
        for (int i = 0; i < queues; i++) {
            startVirtual(() -> {
                sleepAMoment();
                done.countDown();
            });
        }
        startVirtual(() -> {
            pollASocket();
            done.countDown();
        });
        await(done);
    }

    private static void sleepAMoment() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pollASocket() {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            socket.setSoTimeout(1);
            socket.receive(new DatagramPacket(new byte[1], 1));
        } catch (SocketTimeoutException e) {
            // What it was for.
        } catch (java.io.IOException e) {
            // No loopback: nobody polls it.
        }
    }

    private static void startVirtual(Runnable work) {
        MethodHandle start = START_VIRTUAL;
        if (start != null) {
            try {
                Thread started = (Thread) start.invokeExact(work);
                assert started != null;
            } catch (Throwable e) {
                throw new IllegalStateException("Thread.startVirtualThread failed", e);
            }
        }
    }
}

package dev.latchkey.impersonation.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityException;
import dev.latchkey.impersonation.IdentityFailure;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What holds of access tokens that follow work to a pool: run against {@link FakeWindows} on any system, and against
 * Windows itself.
 *
 * <p>After each test every worker is clean, and every handle of a token is closed.
 */
abstract class AccessTokenPoolContract {
    static final int WORKERS = 8;

    /** As many as the requirement says; fewer only by hand. */
    private static final int TASKS = Integer.getInteger("latchkey.windows.tasks", 100_000);

    private static final int TASKS_WITH_FAILURES = 5_000;

    /** By each user. */
    private static final int SUBMITTED = 500;

    private TokenWorld world;
    private TokenCalls calls;
    private IdentityFlow flow;
    private ExecutorService pool;
    private int openBefore;

    abstract TokenWorld world();

    @BeforeEach
    void start() {
        world = world();
        calls = world.calls();
        openBefore = world.openTokens();
        flow = flow(calls);
        pool = Executors.newFixedThreadPool(WORKERS);
    }

    @AfterEach
    void workersAreCleanAndNoHandleIsLeft() throws Exception {
        for (Future<Long> carried : pool
                .invokeAll(
                        List.<Callable<Long>>of(calls::openThreadToken, calls::openThreadToken, calls::openThreadToken))
                .stream()
                .toList()) {
            assertThat(carried.get()).as("a worker's token").isEqualTo(TokenCalls.NONE);
        }
        pool.shutdown();
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        flow.close();
        Awaitility.await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(world.openTokens())
                .as("open tokens")
                .isEqualTo(openBefore));
    }

    final IdentityFlow flow() {
        return flow;
    }

    final ExecutorService pool() {
        return pool;
    }

    static IdentityFlow flow(TokenCalls calls) {
        return IdentityFlow.builder()
                .provider(new WindowsIdentityProvider(() -> calls))
                .build();
    }

    /** What a server's thread carries after a login. */
    final Identity identityOf(int user) {
        return identityOf(user, ImpersonationLevel.IMPERSONATION);
    }

    private Identity identityOf(int user, ImpersonationLevel level) {
        return AccessTokenContract.asUser(world, user, level, flow::current);
    }

    private static TokenFacts factsOf(Identity identity) {
        return Objects.requireNonNull(identity.part(TokenPart.class)).facts();
    }

    /** {@return the calling thread's token, told by Windows; 0 for none} */
    private long carriedTokenId() {
        long token = calls.openThreadToken();
        if (token == TokenCalls.NONE) {
            return 0;
        }
        try {
            return calls.facts(token).tokenId();
        } finally {
            calls.close(token);
        }
    }

    @Test
    void workRunsAsItsCallerAndTheWorkerIsCleanAfterwards() throws Exception {
        try (Identity identity = identityOf(0)) {
            long expected = factsOf(identity).tokenId();
            assertThat(pool.submit(() -> identity.call(this::carriedTokenId)).get())
                    .isEqualTo(expected);
            assertThat(pool.submit(this::carriedTokenId).get()).isZero();
        }
    }

    @Test
    void anOuterIdentityIsRestoredOnAWorker() throws Exception {
        try (Identity outer = identityOf(0);
                Identity inner = identityOf(1)) {
            List<Long> seen = pool.submit(() -> outer.call(() -> {
                        List<Long> tokens = new ArrayList<>();
                        tokens.add(inner.call(this::carriedTokenId));
                        tokens.add(flow.none().call(this::carriedTokenId));
                        // The outer one comes back as a duplicate of the same rights.
                        long token = calls.openThreadToken();
                        assertThat(calls.key(token))
                                .isEqualTo(outer.part(TokenPart.class).key());
                        calls.close(token);
                        return tokens;
                    }))
                    .get();
            assertThat(seen).containsExactly(factsOf(inner).tokenId(), 0L);
        }
    }

    @Test
    void workHandedOnRunsAfterTheIdentityWasClosed() throws Exception {
        Identity identity = identityOf(0);
        long expected = factsOf(identity).tokenId();
        Identity forTask = identity.retain();
        identity.close();
        assertThat(pool.submit(() -> {
                            try (forTask) {
                                return forTask.call(this::carriedTokenId);
                            }
                        })
                        .get())
                .isEqualTo(expected);
    }

    @Test
    void identificationIsRefusedBeforeTheTasksFirstLine() {
        try (Identity identity = identityOf(0, ImpersonationLevel.IDENTIFICATION)) {
            assertRefused(identity, IdentityFailure.APPLY_FAILED);
        }
    }

    @Test
    void aClosedHandleIsRefusedBeforeTheTasksFirstLine() {
        FailingCalls closing = new FailingCalls(calls, false, () -> false);
        try (IdentityFlow own = flow(closing)) {
            Identity identity = AccessTokenContract.asUser(world, 0, ImpersonationLevel.IMPERSONATION, own::current);
            closing.closeBehindItsOwnersBack(
                    Objects.requireNonNull(identity.part(TokenPart.class)).handle());
            assertRefused(identity, IdentityFailure.APPLY_FAILED);
            // Nothing is left to be given back; that is told in the log.
            identity.close();
        }
    }

    private void assertRefused(Identity identity, IdentityFailure failure) {
        AtomicBoolean ran = new AtomicBoolean();
        assertThatThrownBy(() ->
                        pool.submit(() -> identity.run(() -> ran.set(true))).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        IdentityException.class, e -> assertThat(e.failure()).isEqualTo(failure));
        assertThat(ran).isFalse();
    }

    @Test
    void tasksOfThreeIdentitiesOverAPoolOfEightRunEachAsItsOwn() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Identity> identities = List.of(identityOf(0), identityOf(1), identityOf(2), flow.none());
        long[] expected = new long[identities.size()];
        for (int user = 0; user < TokenWorld.USERS; user++) {
            expected[user] = factsOf(identities.get(user)).tokenId();
        }
        AtomicInteger right = new AtomicInteger();
        List<Future<?>> tasks = new ArrayList<>(TASKS);
        for (int i = 0; i < TASKS; i++) {
            int user = random.nextInt(identities.size());
            tasks.add(pool.submit(() -> identities.get(user).run(() -> {
                if (carriedTokenId() == expected[user]) {
                    right.incrementAndGet();
                }
            })));
        }
        for (Future<?> task : tasks) {
            task.get();
        }
        assertThat(right).hasValue(TASKS);
        identities.forEach(Identity::close);
    }

    @Test
    void anExecutorCapturesWhenWorkIsSubmitted() throws Exception {
        ImpersonatingExecutorService executor = flow.newFixedThreadPool(WORKERS, "tokens-");
        Set<TokenKey> keys = new HashSet<>();
        for (int user = 0; user < TokenWorld.USERS; user++) {
            List<Future<TokenKey>> tasks = new ArrayList<>();
            TokenKey submitter = AccessTokenContract.asUser(world, user, ImpersonationLevel.IMPERSONATION, () -> {
                for (int i = 0; i < SUBMITTED; i++) {
                    tasks.add(executor.submit(this::carriedKey));
                }
                return carriedKey();
            });
            keys.add(submitter);
            for (Future<TokenKey> task : tasks) {
                assertThat(task.get()).isEqualTo(submitter);
            }
            assertThat(executor.submit(this::carriedTokenId).get()).isZero();
        }
        assertThat(keys).hasSize(TokenWorld.USERS);
        executor.shutdown();
        assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    private TokenKey carriedKey() {
        long token = calls.openThreadToken();
        try {
            return calls.key(token);
        } finally {
            calls.close(token);
        }
    }

    @Test
    void whateverCallsFailNoTaskRunsAsSomebodyElse() throws Exception {
        Logger log = Logger.getLogger("dev.latchkey.impersonation");
        AtomicBoolean failing = new AtomicBoolean();
        FailingCalls sometimes = new FailingCalls(
                calls, false, () -> failing.get() && ThreadLocalRandom.current().nextInt(40) == 0);
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        log.setLevel(Level.OFF);
        try (IdentityFlow faulty = IdentityFlow.builder()
                .provider(new WindowsIdentityProvider(() -> sometimes))
                .onLostThread((thread, failure) -> {
                    // In place of the end of the process.
                    calls.revertToSelf();
                    lost.incrementAndGet();
                })
                .build()) {
            List<Identity> identities = new ArrayList<>();
            for (int user = 0; user < TokenWorld.USERS; user++) {
                identities.add(
                        AccessTokenContract.asUser(world, user, ImpersonationLevel.IMPERSONATION, faulty::current));
            }
            long[] expected = identities.stream()
                    .mapToLong(identity -> factsOf(identity).tokenId())
                    .toArray();
            failing.set(true);
            List<Future<?>> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS_WITH_FAILURES; i++) {
                int user = i % expected.length;
                tasks.add(pool.submit(() -> {
                    try {
                        identities.get(user).run(() -> {
                            ran.incrementAndGet();
                            if (carriedTokenId() != expected[user]) {
                                wrong.incrementAndGet();
                            }
                        });
                    } catch (IdentityException e) {
                        refused.incrementAndGet();
                    }
                    if (carriedTokenId() != 0) {
                        wrong.incrementAndGet();
                    }
                }));
            }
            for (Future<?> task : tasks) {
                task.get();
            }
            failing.set(false);
            identities.forEach(Identity::close);
        } finally {
            log.setLevel(null);
        }
        assertThat(wrong).hasValue(0);
        assertThat(ran.get()).isBetween(1, TASKS_WITH_FAILURES - 1);
        assertThat(refused.get()).isGreaterThan(0);
        assertThat(lost.get()).isGreaterThan(0);
    }
}

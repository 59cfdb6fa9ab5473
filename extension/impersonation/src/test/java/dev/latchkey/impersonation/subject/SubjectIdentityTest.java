package dev.latchkey.impersonation.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.IdentityKey;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import javax.security.auth.Subject;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Subjects that follow the work, on whichever Java runs this. */
@Timeout(60)
class SubjectIdentityTest {
    private final IdentityFlow flow =
            IdentityFlow.builder().provider(new SubjectIdentity()).build();
    private final ImpersonatingExecutorService pool = flow.newFixedThreadPool(1, "subject-");
    private final Subject alice = subject("CN=alice");

    @AfterEach
    void stop() {
        // A future wakes its waiters before it gives its identity back.
        await().untilAsserted(() -> assertThat(flow.statistics().held()).isZero());
        pool.shutdownNow();
        flow.close();
    }

    private static Subject subject(String name) {
        Subject subject = new Subject();
        subject.getPrincipals().add(new X500Principal(name));
        return subject;
    }

    @Test
    void aTaskRunsAsTheCallersSubjectAndTheWorkerHasNoneAfterwards() throws Exception {
        List<Future<Subject>> futures = new ArrayList<>();
        SubjectAccess.run(alice, () -> futures.add(pool.submit(SubjectAccess::current)));
        assertThat(futures.get(0).get()).isSameAs(alice);
        assertThat(pool.submit(SubjectAccess::current).get()).isNull();
    }

    @Test
    void noIdentityHidesTheCallersSubject() {
        SubjectAccess.run(alice, () -> {
            flow.none().run(() -> assertThat(SubjectAccess.current()).isNull());
            assertThat(SubjectAccess.current()).isSameAs(alice);
        });
    }

    @Test
    void anOuterSubjectIsRestored() {
        Subject bob = subject("CN=bob");
        try (Identity outer = flow.of(SubjectIdentity.part(alice));
                Identity inner = flow.of(SubjectIdentity.part(bob))) {
            outer.run(() -> {
                inner.run(() -> assertThat(SubjectAccess.current()).isSameAs(bob));
                assertThat(SubjectAccess.current()).isSameAs(alice);
            });
        }
    }

    @Test
    void whatTheTaskThrowsComesOutAsItIs() {
        Exception own = new java.io.IOException("own");
        try (Identity identity = flow.of(SubjectIdentity.part(alice))) {
            assertThatThrownBy(() -> identity.call(() -> {
                        throw own;
                    }))
                    .isSameAs(own);
        }
    }

    /** On Java 17 a thread that is made under a Subject keeps it for life. */
    @Test
    void aTaskOfNobodySeesNoneOnAWorkerThatWasBornUnderASubject() throws Exception {
        List<ExecutorService> stock = new ArrayList<>();
        SubjectAccess.run(alice, () -> {
            ExecutorService executor = Executors.newSingleThreadExecutor();
            executor.execute(() -> {});
            stock.add(executor);
        });
        try {
            if (Runtime.version().feature() < 22) {
                assertThat(stock.get(0).submit(SubjectAccess::current).get())
                        .as("the leak that is guarded against")
                        .isSameAs(alice);
            }
            ImpersonatingExecutorService guarded = flow.executor(stock.get(0));
            assertThat(guarded.submit(SubjectAccess::current).get()).isNull();
        } finally {
            stock.get(0).shutdownNow();
        }
    }

    @Test
    void aWorkerOfOursIsBornWithoutASubject() throws Exception {
        List<ImpersonatingExecutorService> made = new ArrayList<>();
        SubjectAccess.run(alice, () -> made.add(flow.newFixedThreadPool(1, "born-")));
        java.util.concurrent.CompletableFuture<Subject> seen = new java.util.concurrent.CompletableFuture<>();
        flow.none().run(() -> made.get(0).execute(() -> seen.complete(SubjectAccess.current())));
        assertThat(seen.get()).isNull();
        made.get(0).shutdownNow();
        Thread thread =
                SubjectAccessHolder.under(alice, () -> flow.cleanThreads("x-").newThread(() -> {}));
        assertThat(thread.getName()).startsWith("x-");
    }

    /** Gives what was made under a Subject. */
    private static final class SubjectAccessHolder {
        static <T> T under(Subject subject, java.util.function.Supplier<T> work) {
            List<T> made = new ArrayList<>();
            SubjectAccess.run(subject, () -> made.add(work.get()));
            return made.get(0);
        }
    }

    /** Each pair that could be taken for one another is in {@link SubjectKeyTest}. */
    @Test
    void anIdentitysKeyIsItsSubjectsAndTellsNoSecret() {
        IdentityKey key;
        try (Identity first = flow.of(SubjectIdentity.part(alice))) {
            key = first.key();
            assertThat(first.toString()).contains("CN=alice").doesNotContain("secret");
        }
        alice.getPrivateCredentials().add("a secret");
        try (Identity later = flow.of(SubjectIdentity.part(alice))) {
            assertThat(later.key()).isEqualTo(key);
            assertThat(later.toString()).doesNotContain("secret");
        }
        try (Identity another = flow.of(SubjectIdentity.part(subject("CN=alice")))) {
            assertThat(another.key()).isNotEqualTo(key);
        }
    }

    @Test
    void aHundredWaitingTasksAreAllRefusedWhenTheirSubjectIsLoggedOut() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        pool.execute(() -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<Future<?>> futures = new ArrayList<>();
        List<String> ran = java.util.Collections.synchronizedList(new ArrayList<>());
        SubjectAccess.run(alice, () -> {
            for (int i = 0; i < 100; i++) {
                futures.add(pool.submit(() -> ran.add("ran")));
            }
        });
        alice.getPrincipals().clear();
        hold.countDown();
        for (Future<?> future : futures) {
            assertThatThrownBy(future::get).hasMessageContaining("LK603").hasMessageContaining("logged out");
        }
        assertThat(ran).isEmpty();
    }

    @Test
    void itDoesNotStartWhereASubjectWithoutCredentialsActsAsTheProcess() {
        withProperty("javax.security.auth.useSubjectCredsOnly", "false", () -> {
            assertThatThrownBy(() -> IdentityFlow.builder()
                            .provider(new SubjectIdentity())
                            .build())
                    .hasMessageStartingWith("LK610")
                    .hasMessageContaining("useSubjectCredsOnly");
            // Switched on later: each task is refused.
            try (Identity identity = flow.of(SubjectIdentity.part(alice))) {
                assertThatThrownBy(() -> identity.run(() -> {})).hasMessageStartingWith("LK602");
            }
        });
    }

    @Test
    void itDoesNotStartWithNativeGssUnlessToldThatCredentialsAreExplicit() {
        withProperty("sun.security.jgss.native", "true", () -> {
            assertThatThrownBy(() -> IdentityFlow.builder()
                            .provider(new SubjectIdentity())
                            .build())
                    .hasMessageStartingWith("LK610")
                    .hasMessageContaining(SubjectIdentity.NATIVE_GSS_PROPERTY);
            withProperty(SubjectIdentity.NATIVE_GSS_PROPERTY, "explicit", () -> IdentityFlow.builder()
                    .provider(new SubjectIdentity())
                    .build()
                    .close());
            withProperty(
                    SubjectIdentity.NATIVE_GSS_PROPERTY, "yes", () -> assertThatThrownBy(() -> IdentityFlow.builder()
                                    .provider(new SubjectIdentity())
                                    .build())
                            .hasMessageContaining("takes refuse or explicit"));
        });
    }

    private static void withProperty(String name, String value, Runnable work) {
        String before = System.getProperty(name);
        System.setProperty(name, value);
        try {
            work.run();
        } finally {
            if (before == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, before);
            }
        }
    }

    @Test
    void aSubjectCannotBeOpenedAsAScope() {
        try (Identity identity = flow.of(SubjectIdentity.part(alice))) {
            assertThatThrownBy(identity::open).hasMessageStartingWith("LK612");
        }
        SubjectAccess.run(alice, () -> assertThatThrownBy(flow.none()::open).hasMessageStartingWith("LK612"));
        flow.none().open().close();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this Java has no virtual threads")
    void aVirtualThreadMayCarryASubject() throws Exception {
        try (Identity identity = flow.of(SubjectIdentity.part(alice))) {
            FutureTask<Subject> task = new FutureTask<>(() -> identity.call(SubjectAccess::current));
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
            assertThat(task.get()).isSameAs(alice);
        }
    }
}

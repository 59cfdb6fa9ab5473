package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What a virtual thread may and may not; reached by reflection, for the room is built for Java 17. */
@Timeout(60)
class VirtualThreadsTest {
    private final FaultyIdentity faulty = new FaultyIdentity();

    private static <T> T onVirtualThread(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    @Test
    void aPlatformThreadIsNotVirtualOnAnyJava() {
        assertThat(VirtualThreads.isVirtual(Thread.currentThread())).isFalse();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this Java has no virtual threads")
    void workWithAnIdentityIsRefused() {
        try (IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
                Identity alice = flow.of(faulty.part("alice"))) {
            assertThatThrownBy(() -> onVirtualThread(() -> alice.call(faulty::onThread)))
                    .hasMessageStartingWith("LK607");
            assertThatThrownBy(() -> onVirtualThread(alice::open)).hasMessageStartingWith("LK607");
        }
        assertThat(faulty.open()).isZero();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this Java has no virtual threads")
    void workOfNobodyRunsInPlace() throws Exception {
        try (IdentityFlow flow = IdentityFlow.builder().provider(faulty).build()) {
            Thread ran = onVirtualThread(() -> flow.none().call(Thread::currentThread));
            assertThat(VirtualThreads.isVirtual(ran)).isTrue();
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this Java has no virtual threads")
    void whatSitsOnACarrierIsNotCaptured() {
        try (IdentityFlow flow = IdentityFlow.builder().provider(faulty).build()) {
            assertThatThrownBy(() -> onVirtualThread(() -> {
                        faulty.impersonate("alice");
                        return flow.current();
                    }))
                    .hasMessageStartingWith("LK607");
        }
        assertThat(faulty.open()).isZero();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "this Java has no virtual threads")
    void workWithAnIdentityHopsToAPlatformThreadWhereConfigured() throws Exception {
        try (IdentityFlow flow =
                        IdentityFlow.builder().provider(faulty).hopThreads(2).build();
                Identity alice = flow.of(faulty.part("alice"))) {
            Thread ran = onVirtualThread(() -> alice.call(() -> {
                assertThat(faulty.onThread()).isEqualTo("alice");
                return Thread.currentThread();
            }));
            assertThat(VirtualThreads.isVirtual(ran)).isFalse();
            assertThatThrownBy(() -> onVirtualThread(() -> alice.call(() -> {
                        throw new IllegalArgumentException("own");
                    })))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(faulty.open()).isZero();
    }
}

package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.latchkey.impersonation.FaultyIdentity.Call;
import java.util.EnumSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An Error at each point of a task's life, on a worker of somebody else's pool: it never stays a user in silence. */
@Timeout(60)
class ErrorsTest {
    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;
    private final ExecutorService foreign = Executors.newFixedThreadPool(1);

    @AfterEach
    void stop() {
        foreign.shutdownNow();
    }

    @SuppressWarnings("removal") // What a debugger's stop throws on Java 17.
    static Stream<Arguments> errorsAtCalls() {
        Stream<Supplier<Error>> errors = Stream.of(
                () -> new OutOfMemoryError("injected"),
                () -> new StackOverflowError("injected"),
                () -> new NoClassDefFoundError("injected"),
                ThreadDeath::new);
        return errors.flatMap(error -> EnumSet.of(Call.CAPTURE, Call.APPLY, Call.VERIFY, Call.REVERT).stream()
                .map(call -> Arguments.of(error.get().getClass().getSimpleName(), call, error)));
    }

    @ParameterizedTest(name = "{0} at each {1}")
    @MethodSource("errorsAtCalls")
    void anErrorThatStaysMeansNotRunOrLost(String name, Call at, Supplier<Error> error) throws Exception {
        AtomicBoolean ran = new AtomicBoolean();
        Throwable thrown = foreign.submit(() -> lifeWith(error, at, Integer.MAX_VALUE, ran))
                .get();
        assertThat(thrown).isInstanceOf(IdentityException.class);
        boolean clean = foreign.submit(faulty::onThread).get() == null;
        assertThat(clean || !fixture.lost.isEmpty())
                .as("clean, or the policy was asked")
                .isTrue();
        assertThat(ran.get()).as("ran").isEqualTo(at == Call.REVERT);
    }

    @ParameterizedTest(name = "{0} once at {1}")
    @MethodSource("errorsAtCalls")
    void anErrorOfTheMomentLeavesTheThreadClean(String name, Call at, Supplier<Error> error) throws Exception {
        foreign.submit(() -> lifeWith(error, at, 1, new AtomicBoolean())).get();
        assertThat(foreign.submit(faulty::onThread).get()).isNull();
        assertThat(fixture.lost).isEmpty();
    }

    private Throwable lifeWith(Supplier<Error> error, Call at, int times, AtomicBoolean ran) {
        AtomicInteger left = new AtomicInteger(times);
        try (Identity alice = fixture.flow.of(faulty.part("alice"))) {
            faulty.throwing(error);
            faulty.failWhen(call -> call == at && left.getAndDecrement() > 0);
            return catchThrowable(() -> alice.run(() -> ran.set(true)));
        } finally {
            faulty.fail();
        }
    }

    @Test
    void aScopeThatCannotBeOpenedLeavesNothing() throws Exception {
        assertThat(foreign.submit(() -> {
                            try (Identity alice = fixture.flow.of(faulty.part("alice"))) {
                                faulty.throwing(() -> new OutOfMemoryError("injected"));
                                AtomicInteger left = new AtomicInteger(1);
                                faulty.failWhen(call -> call == Call.VERIFY && left.getAndDecrement() > 0);
                                Throwable thrown = catchThrowable(alice::open);
                                assertThat(thrown).isInstanceOf(IdentityException.class);
                                return faulty.onThread();
                            }
                        })
                        .get())
                .isNull();
    }

    @Test
    void thePolicyIsAskedWhereNothingCanBeSaid() throws Exception {
        // What is thrown cannot even be asked for its message.
        foreign.submit(() -> lifeWith(Speechless::new, Call.REVERT, Integer.MAX_VALUE, new AtomicBoolean()))
                .get();
        assertThat(fixture.lost).isNotEmpty();
        foreign.submit(() -> faulty.impersonate(null)).get();
    }

    private static final class Speechless extends OutOfMemoryError {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("no memory for a message");
        }
    }
}

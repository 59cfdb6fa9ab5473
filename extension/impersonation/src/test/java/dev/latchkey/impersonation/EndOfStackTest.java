package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task goes down to the end of the stack, handing work over on its way, and survives: whose is it then? */
@Timeout(60)
class EndOfStackTest {
    private static final int OVERFLOWS = 300;

    private final AtomicInteger lost = new AtomicInteger();
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(new Carrying())
            .onLostThread((thread, failure) -> lost.incrementAndGet())
            .build();

    @Test
    void itIsItsUsersStill() throws InterruptedException {
        AtomicInteger asUser = new AtomicInteger();
        Identity alice = flow.of(new Part());
        for (int i = 0; i < OVERFLOWS; i++) {
            // Each begins elsewhere on the stack, so that it ends at another call.
            int start = i % 97;
            Thread thread = new Thread(
                    null,
                    () -> alice.run(() -> {
                        overflow(start);
                        asUser.addAndGet(Carrying.carried() == null ? 0 : 1);
                    }),
                    "deep",
                    256 << 10);
            thread.start();
            thread.join();
        }
        assertThat(asUser).hasValue(OVERFLOWS);
        assertThat(lost).hasValue(0);
    }

    private void overflow(int start) {
        try {
            pad(start);
        } catch (StackOverflowError e) {
            // As a careless task does.
        }
    }

    private void pad(int calls) {
        if (calls > 0) {
            pad(calls - 1);
        } else {
            down(0);
        }
    }

    @SuppressWarnings("InfiniteRecursion")
    private void down(int depth) {
        if (depth % 7 == 0) {
            flow.handOver(() -> {});
        }
        down(depth + 1);
    }

    private record Part() implements IdentityPart {
        @Override
        public String provider() {
            return "carrying";
        }

        @Override
        public Object key() {
            return "alice";
        }
    }

    private static final class Carrying implements ThreadIdentity {
        private static final ThreadLocal<@Nullable Part> CARRIED = new ThreadLocal<>();

        static @Nullable Part carried() {
            return CARRIED.get();
        }

        @Override
        public String name() {
            return "carrying";
        }

        @Override
        public boolean isInherited() {
            return true;
        }

        @Override
        public @Nullable IdentityPart capture() {
            return CARRIED.get();
        }

        @Override
        public void apply(@Nullable IdentityPart part) {
            CARRIED.set((Part) part);
        }

        @Override
        public void verify(@Nullable IdentityPart part) {
            if ((part == null) != (CARRIED.get() == null)) {
                throw new IllegalStateException("another");
            }
        }
    }
}

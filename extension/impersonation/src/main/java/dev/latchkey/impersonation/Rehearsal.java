package dev.latchkey.impersonation;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lives one life of each kind before the first task does, so that none of ours loads a class or a symbol while a thread
 * carries a user: the loader would open files as that user.
 *
 * <p>Runs on threads of its own.
 */
final class Rehearsal {
    private Rehearsal() {}

    /** @throws IdentityException if the flow's providers cannot do now what they are for */
    static void of(IdentityFlow flow) {
        // First with nobody at all, for what is loaded in the middle of it; a provider has its own start() for that.
        onThread(flow, Rehearsal::withoutUser);
        IdentityPart[] parts = Stream.<IdentityProvider>concat(
                        Arrays.stream(flow.threadIdentities()), Arrays.stream(flow.scopedIdentities()))
                .map(IdentityProvider::rehearsal)
                .filter(Objects::nonNull)
                .toArray(IdentityPart[]::new);
        onThread(flow, () -> live(flow, parts));
    }

    private static void onThread(IdentityFlow flow, Runnable rehearsed) {
        FutureTask<Boolean> lives = new FutureTask<>(rehearsed, Boolean.TRUE);
        CleanWorker.make(flow, lives, "latchkey-rehearsal", false).start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    lives.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IdentityException(
                    IdentityFailure.UNSAFE_SETUP,
                    "a trial with nobody's identity failed: " + cause.getMessage(),
                    cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void live(IdentityFlow flow, IdentityPart... parts) {
        try (Identity identity = flow.of(parts)) {
            identity.run(() -> {
                flow.none().run(() -> {});
                flow.current().close();
                new GuardedRunnable(identity.retain(), () -> {}).run();
                new GuardedFuture<>(identity.retain(), () -> Boolean.TRUE).run();
                new Carried(identity).runnable(() -> {}).run();
                flow.handOver(() -> {});
                new GuardingExecutor(flow, Runnable::run).execute(() -> {});
                RehearsedFutures.of(flow);
                ThreadBirths.maker();
            });
            if (!flow.hasScoped()) {
                identity.open().close();
            }
            identity.run(() -> {
                // Throws through the whole life, and back.
                try {
                    identity.run(() -> {
                        throw new IllegalStateException("rehearsed");
                    });
                } catch (IllegalStateException e) {
                    // What it was for.
                }
            });
        }
    }

    /** A life with a provider that does nothing, and then fails at each call in turn. */
    private static void withoutUser() {
        Failing failing = new Failing();
        try (IdentityFlow flow = IdentityFlow.builder()
                .provider(failing)
                .onLostThread((thread, failure) -> {})
                .buildQuietly()) {
            live(flow, new Failing.Part());
            for (Failing.At at : Failing.At.values()) {
                failing.at = at;
                try (Identity identity = flow.of(new Failing.Part())) {
                    identity.run(() -> {});
                } catch (IdentityException e) {
                    // What it was for.
                }
            }
        }
    }

    private static final class Failing implements ThreadIdentity {
        enum At {
            CAPTURE,
            APPLY,
            VERIFY,
            REVERT
        }

        private volatile @Nullable At at;

        private void failAt(At call) {
            if (at == call) {
                throw new IllegalStateException("rehearsed");
            }
        }

        @Override
        public String name() {
            return "rehearsal";
        }

        @Override
        public @Nullable IdentityPart capture() {
            failAt(At.CAPTURE);
            return null;
        }

        @Override
        public void apply(@Nullable IdentityPart part) {
            failAt(At.APPLY);
        }

        @Override
        public void revert(@Nullable IdentityPart before) {
            failAt(At.REVERT);
        }

        @Override
        public void verify(@Nullable IdentityPart part) {
            failAt(At.VERIFY);
        }

        private record Part() implements IdentityPart {
            @Override
            public String provider() {
                return "rehearsal";
            }

            @Override
            public Object key() {
                return "nobody";
            }
        }
    }
}

package dev.latchkey.impersonation;

import dev.latchkey.impersonation.linux.LinuxAccount;
import dev.latchkey.impersonation.linux.LinuxIdentity;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * A program that lives the life of one task of somebody, of the kind that its argument names. When the thread has begun to
 * carry the user the class {@link Applied} is loaded, and {@link Reverted} when it is about to stop, so that a log of
 * classes shows what was loaded between.
 *
 * <p>Where it can, it runs with real accounts too; its last line says with what.
 */
final class OneLife {
    private OneLife() {}

    /** Its loading is a mark in the log. */
    static final class Applied {
        private Applied() {}
    }

    /** Its loading is a mark in the log. */
    static final class Reverted {
        private Reverted() {}
    }

    public static void main(String[] arguments) throws Exception {
        LinuxIdentity linux = new LinuxIdentity();
        boolean accounts = linux.unavailable() == null;
        IdentityFlow.Builder builder =
                IdentityFlow.builder().provider(new Marks()).provider(new SubjectIdentity());
        if (accounts) {
            builder.provider(linux);
        }
        Subject subject = new Subject();
        LinuxAccount account = LinuxAccount.of(21001, 21001, 21001);
        try (IdentityFlow flow = builder.build();
                Identity identity = accounts
                        ? flow.of(new Marks.Part("alice"), SubjectIdentity.part(subject), linux.part(account))
                        : flow.of(new Marks.Part("alice"), SubjectIdentity.part(subject))) {
            live(arguments[0], flow, identity);
        }
        System.out.println(accounts ? "with accounts" : "without accounts: " + new LinuxIdentity().unavailable());
    }

    /** Nothing here is loaded late: what a task calls was called before. */
    private static void live(String kind, IdentityFlow flow, Identity identity) throws Exception {
        Runnable nothing = OneLife::nothing;
        nothing.run();
        RuntimeException own = new IllegalStateException("the task's own");
        switch (kind) {
            case "run" -> identity.run(nothing);
            case "wrapped" -> identity.wrap(nothing).run();
            case "wrappedOnce" -> identity.wrapOnce(nothing).run();
            case "handsOver" -> identity.run(() -> flow.handOver(nothing));
            case "captures" -> identity.run(() -> flow.current().close());
            case "opened" -> {
                IdentityScope scope = flow.of(identity.part(Marks.Part.class)).open();
                nothing.run();
                scope.close();
            }
            case "future" -> {
                ImpersonatingFuture<Boolean> future = flow.newIncompleteFuture(Runnable::run);
                identity.run(() -> future.thenRun(nothing).thenRunAsync(nothing));
                future.complete(true);
            }
            case "execute" -> onThread(flow, new GuardedRunnable(identity.retain(), nothing));
            case "submit" -> onThread(flow, new GuardedFuture<>(identity.retain(), () -> Boolean.TRUE));
            case "throws" -> {
                try {
                    identity.run(() -> {
                        throw own;
                    });
                } catch (IllegalStateException e) {
                    if (e != own) {
                        throw e;
                    }
                }
            }
            default -> throw new IllegalArgumentException(kind);
        }
    }

    private static void onThread(IdentityFlow flow, Runnable task) throws InterruptedException {
        Thread worker = CleanPool.workers(flow, "one-life-", true).newThread(task);
        worker.start();
        worker.join();
    }

    private static void nothing() {
        // As short as a task can be: what is loaded is loaded by its life.
    }

    /** Applied first and reverted last, so that all other providers are in between. */
    private static final class Marks implements ThreadIdentity {
        private final ThreadLocal<@Nullable IdentityPart> carried = new ThreadLocal<>();

        record Part(String user) implements IdentityPart {
            @Override
            public String provider() {
                return "marks";
            }

            @Override
            public Object key() {
                return user;
            }
        }

        private static void mark(@Nullable IdentityPart part, String name) {
            if (part != null && part.key().equals("alice")) {
                try {
                    Class.forName("dev.latchkey.impersonation.OneLife$" + name);
                } catch (ClassNotFoundException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public String name() {
            return "marks";
        }

        @Override
        public int order() {
            return Integer.MIN_VALUE;
        }

        @Override
        public IdentityPart rehearsal() {
            return new Part("nobody");
        }

        @Override
        public @Nullable IdentityPart capture() {
            return carried.get();
        }

        @Override
        public void apply(@Nullable IdentityPart part) {
            carried.set(part);
            mark(part, "Applied");
        }

        @Override
        public void revert(@Nullable IdentityPart before) {
            mark(carried.get(), "Reverted");
            carried.set(before);
        }

        @Override
        public void verify(@Nullable IdentityPart part) {
            if (part != carried.get()) {
                throw new IllegalStateException("not " + part);
            }
        }
    }
}

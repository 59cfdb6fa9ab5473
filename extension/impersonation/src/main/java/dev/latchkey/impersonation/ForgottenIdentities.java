package dev.latchkey.impersonation;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives back what an identity owns that was never closed, when the garbage collector finds it.
 *
 * <p>As a {@link java.lang.ref.Cleaner}, whose thread lives as long as anything can reach it: this one's ends with its
 * flow, so that an application that is undeployed leaves none. Any thread.
 */
final class ForgottenIdentities implements AutoCloseable {
    private final ReferenceQueue<Identity> queue = new ReferenceQueue<>();
    private final Set<Entry> open = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    /** @param flow whose thread it is; it begins to work with {@link #start} */
    ForgottenIdentities(IdentityFlow flow) {
        thread = CleanWorker.make(flow, this::live, "latchkey-identity-cleaner", false);
    }

    ForgottenIdentities start() {
        thread.start();
        return this;
    }

    private void live() {
        try {
            while (true) {
                ((Entry) queue.remove()).giveBack();
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** {@return what gives back once: by itself if the identity is forgotten} */
    Entry register(Identity identity, Runnable release) {
        Entry entry = new Entry(identity, release);
        open.add(entry);
        return entry;
    }

    /** Ends the thread. What is forgotten later is not given back. */
    @Override
    public void close() {
        thread.interrupt();
    }

    /** One identity's. */
    final class Entry extends PhantomReference<Identity> {
        private final Runnable release;

        private Entry(Identity identity, Runnable release) {
            super(identity, queue);
            this.release = release;
        }

        void giveBack() {
            clear();
            if (open.remove(this)) {
                release.run();
            }
        }
    }
}

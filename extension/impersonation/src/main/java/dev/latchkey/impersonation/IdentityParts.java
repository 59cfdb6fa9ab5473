package dev.latchkey.impersonation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one capture, counted by reference: they are given back when nobody holds them any more.
 *
 * <p>Born with one reference. Any thread.
 */
final class IdentityParts {
    private final IdentityFlow flow;
    private final @Nullable IdentityPart[] ofThread;
    private final @Nullable IdentityPart[] scoped;
    private final IdentityKey key;
    private final boolean bindToThread;
    private final boolean inherited;
    private final AtomicInteger references = new AtomicInteger(1);

    private IdentityParts(IdentityFlow flow, @Nullable IdentityPart[] ofThread, @Nullable IdentityPart[] scoped) {
        this.flow = flow;
        this.ofThread = ofThread;
        this.scoped = scoped;
        key = IdentityKey.of(all());
        bindToThread = Arrays.stream(ofThread).anyMatch(Objects::nonNull);
        inherited = anyInherited(flow.threadIdentities(), ofThread) || anyInherited(flow.scopedIdentities(), scoped);
        flow.statistics().captured(all().size());
    }

    /**
     * Takes over the parts: when this throws, they have been given back.
     *
     * @throws IdentityException if a part is nobody's, or a provider has two
     */
    static IdentityParts of(IdentityFlow flow, List<? extends IdentityPart> parts) {
        IdentityParts owner =
                new IdentityParts(flow, pick(flow.threadIdentities(), parts), pick(flow.scopedIdentities(), parts));
        if (owner.all().size() != parts.size()) {
            List<? extends IdentityPart> lost = parts.stream()
                    .filter(part -> owner.all().stream().noneMatch(known -> known == part))
                    .toList();
            lost.forEach(part -> flow.incidents().giveBack(part, false));
            owner.release();
            throw new IdentityException(
                    IdentityFailure.NO_PROVIDER,
                    flow.describeMissing(lost.get(0).provider()),
                    null);
        }
        return owner;
    }

    private static boolean anyInherited(IdentityProvider[] providers, @Nullable IdentityPart[] parts) {
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] != null && providers[i].isInherited()) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable IdentityPart[] pick(IdentityProvider[] providers, List<? extends IdentityPart> parts) {
        @Nullable IdentityPart[] picked = new @Nullable IdentityPart[providers.length];
        for (int i = 0; i < providers.length; i++) {
            for (IdentityPart part : parts) {
                if (part.provider().equals(providers[i].name())) {
                    picked[i] = part;
                }
            }
        }
        return picked;
    }

    /** {@return the part of the flow's thread identity with this index, or null for none} */
    @Nullable
    IdentityPart ofThread(int index) {
        return ofThread[index];
    }

    /** {@return the part of the flow's scoped identity with this index, or null for none} */
    @Nullable
    IdentityPart scoped(int index) {
        return scoped[index];
    }

    /** {@return whether any part sits on the thread itself, which a virtual thread cannot have} */
    boolean bindToThread() {
        return bindToThread;
    }

    /** {@return whether a thread that is started by one that carries these carries some of it too} */
    boolean isInherited() {
        return inherited;
    }

    List<IdentityPart> all() {
        List<IdentityPart> all = new ArrayList<>(ofThread.length + scoped.length);
        Arrays.stream(ofThread).filter(Objects::nonNull).forEach(all::add);
        Arrays.stream(scoped).filter(Objects::nonNull).forEach(all::add);
        return all;
    }

    IdentityKey key() {
        return key;
    }

    /** @throws IdentityException if the last reference is gone */
    void retain() {
        int now;
        do {
            now = references.get();
            if (now == 0) {
                throw new IdentityException(IdentityFailure.CLOSED, null, null);
            }
        } while (!references.compareAndSet(now, now + 1));
    }

    /** Gives back one reference; with the last one the parts go. */
    void release() {
        if (references.decrementAndGet() == 0) {
            giveBack(ofThread);
            giveBack(scoped);
        }
    }

    private void giveBack(@Nullable IdentityPart[] parts) {
        for (IdentityPart part : parts) {
            if (part != null) {
                flow.incidents().giveBack(part, true);
            }
        }
    }
}

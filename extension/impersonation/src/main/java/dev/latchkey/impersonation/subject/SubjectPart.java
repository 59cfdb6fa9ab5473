package dev.latchkey.impersonation.subject;

import dev.latchkey.impersonation.IdentityPart;
import javax.security.auth.Subject;

/**
 * A Subject, and what it was at capture.
 *
 * <p>The Subject itself, not a copy: tickets that are obtained are cached in it. If somebody empties it, by a logout for
 * one, work that still waits is refused. Any thread.
 */
public final class SubjectPart implements IdentityPart {
    private final Subject subject;
    private final SubjectKey key;

    SubjectPart(Subject subject) {
        this.subject = subject;
        key = SubjectKey.of(subject);
    }

    /** {@return the Subject} */
    public Subject subject() {
        return subject;
    }

    @Override
    public String provider() {
        return SubjectIdentity.NAME;
    }

    @Override
    public Object key() {
        return key;
    }

    /** @throws IllegalStateException if the Subject has lost a principal or a kind of credential, or has a new name */
    void checkUnchanged() {
        if (!key.stillHolds(SubjectKey.of(subject))) {
            throw new IllegalStateException("the Subject is not what it was at capture; was it logged out?");
        }
    }

    @Override
    public String toString() {
        return key.toString();
    }
}

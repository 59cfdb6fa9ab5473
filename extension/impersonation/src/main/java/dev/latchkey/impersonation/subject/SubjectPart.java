package dev.latchkey.impersonation.subject;

import dev.latchkey.impersonation.IdentityPart;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.Subject;

/**
 * A Subject, and what it was at capture.
 *
 * <p>The Subject itself, not a copy: tickets that are obtained are cached in it. If somebody empties it, by a logout for
 * one, or a credential is destroyed, disposed of or ends, work that still waits is refused. Any thread.
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

    /**
     * @throws IllegalStateException if the Subject has lost a principal or a credential, or has a new name, or a
     *     credential that it had is of no use any more
     */
    void checkUnchanged() {
        String ended = null;
        List<Object> usable = new ArrayList<>();
        for (Object credential : Credentials.of(subject)) {
            String reason = Credentials.ended(credential, subject);
            if (reason == null) {
                usable.add(credential);
            } else {
                ended = reason;
            }
        }
        // Not what ended among what was added; and a ticket may have been renewed by another of its logon.
        if (ended != null && !CredentialKey.allOf(usable).containsAll(key.credentials())) {
            throw new IllegalStateException("the Subject cannot act any more: " + ended);
        }
        if (!SubjectKey.of(subject).equals(key)) {
            throw new IllegalStateException("the Subject is not what it was at capture; was it logged out?");
        }
    }

    @Override
    public String toString() {
        return key.toString();
    }
}

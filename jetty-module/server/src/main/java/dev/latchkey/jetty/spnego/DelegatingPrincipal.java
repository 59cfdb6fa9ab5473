package dev.latchkey.jetty.spnego;

import javax.security.auth.Subject;
import org.eclipse.jetty.security.SPNEGOUserPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * A caller's name, with the Subject that holds what it delegated: for code that sees a request's principal only.
 *
 * <p>What an application does with the Subject, it does as the caller. Immutable; any thread.
 */
public final class DelegatingPrincipal extends SPNEGOUserPrincipal {
    private final Subject subject;

    DelegatingPrincipal(String name, @Nullable String answer, Subject subject) {
        super(name, answer);
        this.subject = subject;
    }

    /** {@return the caller: its name, and the credential that it delegated, if it did} */
    public Subject getSubject() {
        return subject;
    }
}

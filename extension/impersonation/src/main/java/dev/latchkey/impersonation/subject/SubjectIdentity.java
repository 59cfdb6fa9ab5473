package dev.latchkey.impersonation.subject;

import dev.latchkey.impersonation.IdentityPart;
import dev.latchkey.impersonation.ScopedIdentity;
import javax.security.auth.Subject;
import org.jspecify.annotations.Nullable;

/**
 * Carries the JAAS Subject of the calling code.
 *
 * <p>Refuses to start where Java would use the process's own Kerberos credentials for a Subject that has none, and
 * refuses each task if that is switched on later. Any thread.
 */
public final class SubjectIdentity implements ScopedIdentity {
    static final String NAME = "subject";

    /**
     * The system property by which a process with native GSS says that it gives GSS its credentials explicitly; its
     * values are {@code refuse} (the default) and {@code explicit}.
     */
    public static final String NATIVE_GSS_PROPERTY = "dev.latchkey.impersonation.subject.nativeGss";

    private static final String SUBJECT_CREDS_ONLY = "javax.security.auth.useSubjectCredsOnly";
    private static final String NATIVE_GSS = "sun.security.jgss.native";

    /** Made by the service file. */
    public SubjectIdentity() {}

    /** {@return a part of this Subject, for {@link dev.latchkey.impersonation.IdentityFlow#of}} */
    public static IdentityPart part(Subject subject) {
        return new SubjectPart(subject);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Before Java 24 a thread that is made within {@code doAs} keeps its Subject for life. */
    @Override
    public boolean isInherited() {
        return Runtime.version().feature() < 24;
    }

    @Override
    public void start() {
        checkSubjectCredsOnly();
        String native_ = System.getProperty(NATIVE_GSS_PROPERTY, "refuse");
        if (!native_.equals("refuse") && !native_.equals("explicit")) {
            throw new IllegalArgumentException(
                    "System property " + NATIVE_GSS_PROPERTY + " takes refuse or explicit, not " + native_);
        }
        if (Boolean.getBoolean(NATIVE_GSS) && native_.equals("refuse")) {
            throw new IllegalStateException("native GSS (" + NATIVE_GSS + "=true) uses the process's own credentials"
                    + " where it is given none; leave it off, or give each context its credential and say so with "
                    + NATIVE_GSS_PROPERTY + "=explicit");
        }
    }

    private static void checkSubjectCredsOnly() {
        // As Java reads it: anything but "false" is true.
        if ("false".equalsIgnoreCase(System.getProperty(SUBJECT_CREDS_ONLY))) {
            throw new IllegalStateException("with " + SUBJECT_CREDS_ONLY
                    + "=false a Subject without credentials acts as" + " the process; leave it at true");
        }
    }

    @Override
    public IdentityPart rehearsal() {
        return new SubjectPart(new Subject());
    }

    @Override
    public @Nullable IdentityPart capture() {
        Subject subject = SubjectAccess.current();
        return subject == null ? null : new SubjectPart(subject);
    }

    @Override
    public void run(@Nullable IdentityPart part, Runnable action) {
        checkSubjectCredsOnly();
        SubjectAccess.run(part == null ? null : ((SubjectPart) part).subject(), action);
    }

    @SuppressWarnings("ReferenceEquality") // That very Subject: an equal one may gain other credentials.
    @Override
    public void verify(@Nullable IdentityPart part) {
        Subject now = SubjectAccess.current();
        if (part == null) {
            if (now != null) {
                throw new IllegalStateException("the thread carries a Subject");
            }
            return;
        }
        SubjectPart wanted = (SubjectPart) part;
        if (now != wanted.subject()) {
            throw new IllegalStateException("the thread carries " + (now == null ? "no" : "another") + " Subject");
        }
        wanted.checkUnchanged();
    }
}

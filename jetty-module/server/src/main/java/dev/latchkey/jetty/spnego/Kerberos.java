package dev.latchkey.jetty.spnego;

import java.util.concurrent.Callable;
import javax.security.auth.Subject;
import org.eclipse.jetty.util.security.SecurityUtils;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.Oid;

/** The mechanisms, and calls as a Subject whose GSS failures keep their type. Static; any thread. */
final class Kerberos {
    private static final Oid KRB5 = oid("1.2.840.113554.1.2.2");
    private static final Oid SPNEGO = oid("1.3.6.1.5.5.2");

    private Kerberos() {}

    /** {@return Kerberos 5 itself (RFC 4121) and within SPNEGO (RFC 4178)} */
    static Oid[] mechanisms() {
        return new Oid[] {KRB5, SPNEGO};
    }

    /** {@return Kerberos 5 itself} */
    static Oid krb5() {
        return KRB5;
    }

    /** @throws GSSException what the action threw, however this Java and this Jetty have wrapped it */
    @SuppressWarnings("removal") // Serves Jetty 12.0 and 12.1, and Java 17 to 25, by the one name they all have.
    static <T> T callAs(Subject subject, Callable<T> action) throws GSSException {
        try {
            return SecurityUtils.doAs(subject, action);
        } catch (RuntimeException e) {
            // From 18 on a CompletionException; before, a plain one around a PrivilegedActionException.
            Throwable cause = e.getCause();
            for (int depth = 0; cause != null && depth < 5; depth++) {
                if (cause instanceof GSSException failure) {
                    throw failure;
                }
                cause = cause.getCause();
            }
            throw e;
        }
    }

    private static Oid oid(String dotted) {
        try {
            return new Oid(dotted);
        } catch (GSSException e) {
            throw new IllegalArgumentException(dotted, e);
        }
    }
}

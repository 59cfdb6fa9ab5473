package dev.latchkey.impersonation.http;

import java.time.Duration;
import java.time.Instant;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.ietf.jgss.Oid;
import org.jspecify.annotations.Nullable;

/**
 * SPNEGO over Kerberos by Java's GSS, with the credential of the Subject that the calling thread carries.
 *
 * <p>Threads as {@link NegotiateExchange}.
 */
final class GssExchange implements NegotiateExchange {
    private static final Oid SPNEGO = spnego();

    private final GSSContext context;
    private final byte[] first;

    private GssExchange(GSSContext context, byte[] first) {
        this.context = context;
        this.first = first;
    }

    /**
     * Begins an exchange as the Subject that the calling thread carries.
     *
     * @param subject that Subject
     * @param host the server's name, as Kerberos knows it
     * @param delegate whether the server may act as the Subject further on
     * @throws NegotiateException if there is no token to be had
     */
    static GssExchange open(Subject subject, String host, boolean delegate) {
        refuseUnsafeSetup();
        GSSCredential credential = credential(subject);
        if (credential == null) {
            if (Boolean.getBoolean("sun.security.jgss.native")) {
                throw new NegotiateException(
                        NegotiateFailure.UNSAFE_SETUP,
                        "with sun.security.jgss.native=true the Subject must hold a GSSCredential, or the system's"
                                + " library takes the process's",
                        null);
            }
            if (!hasTicket(subject)) {
                throw new NegotiateException(NegotiateFailure.NO_CREDENTIAL, null, null);
            }
        }
        GSSContext context = null;
        try {
            GSSManager manager = GSSManager.getInstance();
            GSSName server = manager.createName("HTTP@" + host, GSSName.NT_HOSTBASED_SERVICE);
            context = manager.createContext(server, SPNEGO, credential, GSSContext.DEFAULT_LIFETIME);
            context.requestMutualAuth(true);
            context.requestCredDeleg(delegate);
            return new GssExchange(context, context.initSecContext(new byte[0], 0, 0));
        } catch (GSSException e) {
            dispose(context);
            throw new NegotiateException(NegotiateFailure.REFUSED, host + ": " + e.getMessage(), e);
        }
    }

    /**
     * Refuses to go on where Java would take the process's credentials for those of a Subject that has none.
     *
     * @throws NegotiateException if so
     */
    static void refuseUnsafeSetup() {
        if ("false".equalsIgnoreCase(System.getProperty("javax.security.auth.useSubjectCredsOnly"))) {
            throw new NegotiateException(
                    NegotiateFailure.UNSAFE_SETUP,
                    "javax.security.auth.useSubjectCredsOnly=false: start without it",
                    null);
        }
    }

    @Override
    public byte[] first() {
        return first;
    }

    @Override
    public void finish(byte[] fromServer) {
        try {
            byte[] more = context.initSecContext(fromServer, 0, fromServer.length);
            boolean ended = context.isEstablished() && (more == null || more.length == 0);
            if (!ended || !context.getMutualAuthState()) {
                throw new NegotiateException(
                        NegotiateFailure.SERVER_UNPROVEN, ended ? "without a key of its own" : "it wants more", null);
            }
        } catch (GSSException e) {
            throw new NegotiateException(NegotiateFailure.SERVER_UNPROVEN, e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        dispose(context);
    }

    /** A credential that was delegated, or asked for by S4U, is not reliably found by Java itself. */
    private static @Nullable GSSCredential credential(Subject subject) {
        return subject.getPrivateCredentials(GSSCredential.class).stream()
                .filter(GssExchange::isCurrent)
                .findFirst()
                .orElse(null);
    }

    private static boolean isCurrent(GSSCredential credential) {
        try {
            return credential.getUsage() != GSSCredential.ACCEPT_ONLY && credential.getRemainingLifetime() > 0;
        } catch (GSSException | IllegalStateException e) {
            return false;
        }
    }

    private static boolean hasTicket(Subject subject) {
        Instant soon = Instant.now().plus(Duration.ofSeconds(1));
        return subject.getPrivateCredentials(KerberosTicket.class).stream()
                .anyMatch(ticket ->
                        ticket.isCurrent() && ticket.getEndTime().toInstant().isAfter(soon));
    }

    private static void dispose(@Nullable GSSContext context) {
        if (context == null) {
            return;
        }
        try {
            context.dispose();
        } catch (GSSException e) {
            // It holds nothing that the collector would not free.
        }
    }

    private static Oid spnego() {
        try {
            return new Oid("1.3.6.1.5.5.2");
        } catch (GSSException e) {
            throw new IllegalStateException(e);
        }
    }
}

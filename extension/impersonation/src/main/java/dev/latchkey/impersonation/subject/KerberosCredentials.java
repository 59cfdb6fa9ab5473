package dev.latchkey.impersonation.subject;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be known of Kerberos' credentials; nothing of a Java without its module. Static; any thread.
 */
final class KerberosCredentials {
    private static final boolean THERE = isThere();

    private KerberosCredentials() {}

    /**
     * What stays of a logon in all tickets that come of it (RFC 4120, 5.3: authtime).
     *
     * @param client the user, realm included
     * @param server the ticket-granting service
     * @param since when the user proved to be one
     */
    private record Logon(String client, String server, Instant since) {}

    private static boolean isThere() {
        try {
            Class.forName("org.ietf.jgss.GSSCredential", false, KerberosCredentials.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    static boolean isName(Principal principal) {
        return THERE && Kerberos.isName(principal);
    }

    static boolean isGss(Object credential) {
        return THERE && Kerberos.isGss(credential);
    }

    /** {@return whether it is a ticket for a service: got with another credential, and dropped by Java when it ends} */
    static boolean isOfService(Object credential) {
        return THERE && Kerberos.isOfService(credential);
    }

    /**
     * {@return the logon of a ticket-granting ticket that is not destroyed, or of a GSSCredential of that user beside it;
     * null if it is neither}
     */
    static @Nullable Object logon(Object credential, List<Object> others) {
        return THERE ? Kerberos.logon(credential, others) : null;
    }

    /** {@return why it is of no use any more, or null} */
    static @Nullable String ended(Object credential) {
        return THERE ? Kerberos.ended(credential) : null;
    }

    private static final class Kerberos {
        static boolean isName(Principal principal) {
            return principal instanceof KerberosPrincipal;
        }

        static boolean isGss(Object credential) {
            return credential instanceof GSSCredential;
        }

        static boolean isOfService(Object credential) {
            return credential instanceof KerberosTicket ticket
                    && !ticket.isDestroyed()
                    && !ticket.getServer().getName().startsWith("krbtgt/");
        }

        static @Nullable Object logon(Object credential, List<Object> others) {
            if (!(credential instanceof GSSCredential gss)) {
                return logon(credential);
            }
            String name = name(gss);
            return others.stream()
                    .map(Kerberos::logon)
                    .filter(logon -> logon != null && logon.client().equals(name))
                    .findFirst()
                    .orElse(null);
        }

        /** Java makes a delegated credential's ticket known beside it, by {@code GSSUtil.createSubject}. */
        private static @Nullable String name(GSSCredential gss) {
            try {
                return gss.getName() == null ? null : gss.getName().toString();
            } catch (GSSException | IllegalStateException e) {
                return null;
            }
        }

        private static @Nullable Logon logon(Object credential) {
            if (!(credential instanceof KerberosTicket ticket) || ticket.isDestroyed() || isOfService(ticket)) {
                return null;
            }
            return ticket.getAuthTime() == null
                    ? null
                    : new Logon(
                            ticket.getClient().getName(),
                            ticket.getServer().getName(),
                            ticket.getAuthTime().toInstant());
        }

        static @Nullable String ended(Object credential) {
            if (credential instanceof KerberosTicket ticket) {
                if (ticket.isDestroyed() || ticket.getEndTime() == null) {
                    return null;
                }
                Instant end = ticket.getEndTime().toInstant();
                return end.isAfter(Instant.now()) ? null : "a ticket ended at " + end;
            }
            if (credential instanceof GSSCredential gss) {
                try {
                    return gss.getRemainingLifetime() == 0 ? "a GSSCredential has ended" : null;
                } catch (GSSException | IllegalStateException e) {
                    return "a GSSCredential was disposed of, or cannot be used: " + e.getMessage();
                }
            }
            return null;
        }
    }
}

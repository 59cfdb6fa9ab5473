package dev.latchkey.jetty.spnego;

import com.sun.security.jgss.ExtendedGSSCredential;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;
import org.ietf.jgss.GSSName;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for callers who delegated none: the service asks its KDC for a ticket to itself in the caller's name
 * (S4U2self), good for the further services that the realm lets it reach (S4U2proxy).
 *
 * <p>Its ticket for tickets is apart from what callers are accepted with, and is renewed by a new login before it ends.
 * Any thread.
 */
final class ConstrainedDelegation {
    /** A login made this long before the ticket's end serves requests that are under way. */
    private static final Duration EARLY = Duration.ofMinutes(1);

    private final Configuration configuration;
    private @Nullable Subject service;

    ConstrainedDelegation(String principal, Path keytab) {
        Map<String, String> options = Map.of(
                "principal", principal,
                "keyTab", keytab.toAbsolutePath().toString(),
                "useKeyTab", "true",
                "storeKey", "true",
                "isInitiator", "true",
                "doNotPrompt", "true",
                "refreshKrb5Config", "true");
        AppConfigurationEntry entry = new AppConfigurationEntry(
                "com.sun.security.auth.module.Krb5LoginModule", LoginModuleControlFlag.REQUIRED, options);
        configuration = new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {entry};
            }
        };
    }

    /**
     * {@return a credential to act for the caller with, and with nobody else}
     *
     * @throws GSSException if the KDC refused
     * @throws LoginException if the service itself could not log in
     */
    GSSCredential onBehalfOf(GSSName caller) throws GSSException, LoginException {
        return Kerberos.callAs(service(), () -> {
            GSSCredential own = GSSManager.getInstance()
                    .createCredential(
                            null, GSSCredential.DEFAULT_LIFETIME, Kerberos.mechanisms(), GSSCredential.INITIATE_ONLY);
            return ((ExtendedGSSCredential) own).impersonate(caller);
        });
    }

    private synchronized Subject service() throws LoginException {
        Subject current = service;
        if (current == null || !isFresh(current)) {
            LoginContext login = new LoginContext("latchkey-spnego", null, null, configuration);
            login.login();
            current = login.getSubject();
            service = current;
        }
        return current;
    }

    private static boolean isFresh(Subject subject) {
        Instant soon = Instant.now().plus(EARLY);
        return subject.getPrivateCredentials(KerberosTicket.class).stream()
                .filter(ticket -> ticket.getServer().getName().startsWith("krbtgt/"))
                .anyMatch(ticket ->
                        ticket.isCurrent() && ticket.getEndTime().toInstant().isAfter(soon));
    }
}

package dev.latchkey.jetty.spnego;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KeyTab;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.ietf.jgss.GSSManager;

/**
 * Accepts callers with the keys of the service, and can do nothing else in its name.
 *
 * <p>Its Subject has the keytab alone. With a ticket of the service's in it, Java would take every caller for one who
 * delegated. A changed keytab file is seen by itself. Any thread.
 */
final class Acceptor {
    private final GSSManager manager = GSSManager.getInstance();
    private final KerberosPrincipal service;
    private final Subject subject;
    private final GSSCredential credential;

    /**
     * @param principal such as {@code HTTP/www.example.com}
     * @param keytab the file with its keys
     * @throws GSSException if there are none for it
     */
    Acceptor(String principal, Path keytab) throws GSSException {
        service = new KerberosPrincipal(principal, KerberosPrincipal.KRB_NT_SRV_HST);
        KeyTab keys = KeyTab.getInstance(service, keytab.toFile());
        if (!Files.isReadable(keytab) || keys.getKeys(service).length == 0) {
            throw new IllegalArgumentException("No keys of " + service.getName() + " in " + keytab
                    + ": it must be readable, and made for this name");
        }
        subject = new Subject(true, Set.of(service), Set.of(), Set.of(keys));
        credential = Kerberos.callAs(
                subject,
                () -> manager.createCredential(
                        null, GSSCredential.INDEFINITE_LIFETIME, Kerberos.mechanisms(), GSSCredential.ACCEPT_ONLY));
    }

    /** {@return a new exchange with a caller} */
    GSSContext open() throws GSSException {
        return manager.createContext(credential);
    }

    /**
     * Takes the caller's next word.
     *
     * @return the answer to it, empty if there is none
     * @throws GSSException if it does not prove anything, whatever Java makes of it
     */
    byte[] accept(GSSContext exchange, byte[] fromCaller) throws GSSException {
        try {
            byte[] answer = Kerberos.callAs(subject, () -> exchange.acceptSecContext(fromCaller, 0, fromCaller.length));
            return answer == null ? new byte[0] : answer;
        } catch (RuntimeException e) {
            // Java's reading of a malformed token ends in whatever its parsers throw.
            GSSException nothing = new GSSException(GSSException.DEFECTIVE_TOKEN);
            nothing.initCause(e);
            throw nothing;
        }
    }

    /** {@return the realm of the service} */
    String realm() {
        return service.getRealm();
    }
}

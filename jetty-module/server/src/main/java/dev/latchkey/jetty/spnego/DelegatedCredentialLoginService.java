package dev.latchkey.jetty.spnego;

import com.sun.security.jgss.GSSUtil;
import java.io.Serializable;
import java.util.Base64;
import java.util.function.Function;
import javax.security.auth.Subject;
import javax.security.auth.login.LoginException;
import org.eclipse.jetty.security.LoginService;
import org.eclipse.jetty.security.RoleDelegateUserIdentity;
import org.eclipse.jetty.security.SPNEGOLoginService;
import org.eclipse.jetty.security.SPNEGOUserPrincipal;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Session;
import org.ietf.jgss.GSSContext;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty's SPNEGO login (RFC 4559), whose {@link UserIdentity#getSubject()} is the caller's: its name, and the credential
 * that it delegated. The caller's principal has it too ({@link DelegatingPrincipal}).
 *
 * <p>Used as {@link SPNEGOLoginService} is, with an {@code SPNEGOAuthenticator}. What differs:
 *
 * <ul>
 *   <li>Jetty's hands out the service's own Subject, one for all callers: who acts with it acts as the service.
 *   <li>A caller who delegated nothing has a Subject with a name and no credential, so that a further hop fails closed.
 *       With {@link #setConstrainedDelegation} the service gets one for it from the KDC, where the realm allows that.
 *   <li>A caller of another realm keeps its realm in its name: {@code alice@OTHER.TEST} is not {@code alice}.
 *   <li>A token that proves nothing, and a caller unknown to the service of roles, are answered 401, not 500, on each
 *       Java; the log is told, {@value RefusalLog#PER_SECOND} lines a second at most.
 * </ul>
 *
 * <p>Who is in many groups brings a token of up to 64 KiB, and a server reads 8 KiB of headers by default: set
 * {@code HttpConfiguration.setRequestHeaderSize} ({@code jetty.httpConfig.requestHeaderSize}) to 98304.
 *
 * <p>Set it up on one thread before it is started; {@link #login} may be called by any.
 */
public class DelegatedCredentialLoginService extends SPNEGOLoginService {
    private static final Logger LOG = LoggerFactory.getLogger(DelegatedCredentialLoginService.class);

    private final LoginService roles;
    private final RefusalLog refusals = new RefusalLog(LOG::info, System::nanoTime);
    private boolean constrainedDelegation;
    private @Nullable Acceptor acceptor;
    private @Nullable ConstrainedDelegation constrained;

    /**
     * @param realm the name of the protection space, as for Jetty's; not a Kerberos realm
     * @param roles knows the roles of callers. As by Jetty's it is asked for a name with an empty password: a line of a
     *     HashLoginService is {@code alice: ,user}. So never let it be a login service of its own, which would take
     *     empty passwords from anybody
     */
    public DelegatedCredentialLoginService(String realm, LoginService roles) {
        super(realm, roles);
        this.roles = roles;
    }

    /** {@return whether a credential is asked for where the caller delegated none} */
    public boolean isConstrainedDelegation() {
        return constrainedDelegation;
    }

    /**
     * Sets whether the service asks its KDC for a credential in the name of a caller who delegated none (S4U2self). Off
     * by default. The realm decides which further services it is good for.
     */
    public void setConstrainedDelegation(boolean constrainedDelegation) {
        this.constrainedDelegation = constrainedDelegation;
    }

    @Override
    protected void doStart() throws Exception {
        if (Boolean.getBoolean("sun.security.jgss.native")) {
            throw new IllegalStateException("sun.security.jgss.native=true: the system's library accepts callers with"
                    + " keys of the process, not of this service; start without it");
        }
        if (getKeyTabPath() == null) {
            throw new IllegalStateException("No keytab: call setKeyTabPath with the file that has the service's keys");
        }
        super.doStart();
        String principal = getServiceName() + "/" + getHostName();
        acceptor = new Acceptor(principal, getKeyTabPath());
        constrained = constrainedDelegation ? new ConstrainedDelegation(principal, getKeyTabPath()) : null;
    }

    @Override
    protected void doStop() throws Exception {
        acceptor = null;
        constrained = null;
        super.doStop();
    }

    /**
     * Takes the caller's next token.
     *
     * @param username not used
     * @param credentials the token in base64, a String
     * @return the caller; one that is not established where more has to be said, or nothing was proven
     */
    @Override
    public UserIdentity login(
            @Nullable String username,
            Object credentials,
            Request request,
            Function<Boolean, Session> getOrCreateSession) {
        Acceptor accepting = acceptor;
        if (accepting == null) {
            throw new IllegalStateException("not started");
        }
        Session session = getOrCreateSession.apply(false);
        GSSContext exchange = PendingExchange.take(session);
        try {
            if (exchange == null) {
                exchange = accepting.open();
            }
            byte[] answer = accepting.accept(exchange, Base64.getDecoder().decode((String) credentials));
            if (!exchange.isEstablished()) {
                PendingExchange.keep(exchange, session == null ? getOrCreateSession.apply(true) : session);
                exchange = null;
                return unproven(encode(answer));
            }
            return established(exchange, accepting, encode(answer));
        } catch (GSSException | LoginException | IllegalArgumentException e) {
            refusals.tell("A Negotiate token proved nothing: " + e.getMessage());
            LOG.debug("It was refused with", e);
            return unproven(null);
        } finally {
            dispose(exchange);
        }
    }

    private UserIdentity established(GSSContext exchange, Acceptor accepting, String answer)
            throws GSSException, LoginException {
        String name = name(exchange.getSrcName().toString(), accepting.realm());
        Subject caller = caller(exchange);
        UserIdentity identity = roles.getUserIdentity(caller, new DelegatingPrincipal(name, answer, caller), false);
        if (identity == null) {
            refusals.tell(name + " is authenticated, and unknown to the service of roles");
            return unproven(null);
        }
        return identity;
    }

    private Subject caller(GSSContext exchange) throws GSSException, LoginException {
        GSSCredential delegated = exchange.getCredDelegState() ? exchange.getDelegCred() : null;
        if (delegated == null && constrained != null) {
            delegated = constrained.onBehalfOf(exchange.getSrcName());
        }
        Subject caller = GSSUtil.createSubject(exchange.getSrcName(), delegated);
        if (delegated != null) {
            // Not each kind of credential is a ticket that Java would find by itself.
            caller.getPrivateCredentials().add(delegated);
        }
        return caller;
    }

    private static String name(String full, String ownRealm) {
        int at = full.lastIndexOf('@');
        return at > 0 && full.substring(at + 1).equals(ownRealm) ? full.substring(0, at) : full;
    }

    private static UserIdentity unproven(@Nullable String answer) {
        return new RoleDelegateUserIdentity(new Subject(), new SPNEGOUserPrincipal("", answer), null);
    }

    private static String encode(byte[] answer) {
        return Base64.getEncoder().encodeToString(answer);
    }

    private static void dispose(@Nullable GSSContext exchange) {
        if (exchange == null) {
            return;
        }
        try {
            exchange.dispose();
        } catch (GSSException e) {
            LOG.debug("An exchange could not be disposed of", e);
        }
    }

    /** An exchange of more than one round trip, kept in the HTTP session meanwhile. */
    private static final class PendingExchange implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final String ATTRIBUTE = PendingExchange.class.getName();

        /** Not carried to another node: there the caller begins anew. */
        private final transient @Nullable GSSContext exchange;

        private PendingExchange(GSSContext exchange) {
            this.exchange = exchange;
        }

        static void keep(GSSContext exchange, Session session) {
            session.setAttribute(ATTRIBUTE, new PendingExchange(exchange));
        }

        static @Nullable GSSContext take(@Nullable Session session) {
            return session != null && session.removeAttribute(ATTRIBUTE) instanceof PendingExchange pending
                    ? pending.exchange
                    : null;
        }
    }
}

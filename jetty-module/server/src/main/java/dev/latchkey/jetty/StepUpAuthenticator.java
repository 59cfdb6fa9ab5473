package dev.latchkey.jetty;

import dev.latchkey.NegotiationException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.security.AuthenticationState;
import org.eclipse.jetty.security.Authenticator;
import org.eclipse.jetty.security.SecurityHandler;
import org.eclipse.jetty.security.UserIdentity;
import org.eclipse.jetty.security.authentication.LoginAuthenticator;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT-CERT} that asks for the certificate when a protected request first needs it. Thread-safe.
 *
 * <p>Where authentication is only looked at ({@code getUserPrincipal} on an open path) it asks nobody.
 */
final class StepUpAuthenticator extends LoginAuthenticator {
    private final CertificateLogin login;

    StepUpAuthenticator(CertificateLogin login) {
        this.login = login;
    }

    @Override
    public String getAuthenticationType() {
        return Authenticator.CERT_AUTH;
    }

    @Override
    public @Nullable AuthenticationState validateRequest(Request request, Response response, Callback callback) {
        if (AuthenticationState.Deferred.isDeferred(response)) {
            Optional<X509Certificate> known = login.known(request, request);
            return known.isPresent() ? loggedIn(known.get(), request, response) : null;
        }
        try {
            AuthenticationState user = loggedIn(login.demand(request, request), request, response);
            if (user == null) {
                Response.writeError(request, response, callback, HttpStatus.FORBIDDEN_403);
                return AuthenticationState.SEND_FAILURE;
            }
            return user;
        } catch (NegotiationException x) {
            Refusal.write(request, response, callback, x);
            return AuthenticationState.SEND_FAILURE;
        }
    }

    private @Nullable AuthenticationState loggedIn(X509Certificate certificate, Request request, Response response) {
        UserIdentity user = login.login(
                certificate, (name, credential) -> _loginService.login(name, credential, request, request::getSession));
        if (user == null || user.getUserPrincipal() == null) {
            return null; // a user who is nobody must not be let in as somebody
        }
        bindSession(certificate, request, response);
        return new UserAuthenticationSucceeded(getAuthenticationType(), user);
    }

    /**
     * An HTTP session belongs to one certificate: the first one gives it a new id, so that nobody who knew the anonymous
     * session is in it; another one ends it.
     */
    private void bindSession(X509Certificate certificate, Request request, Response response) {
        String ours = CertificateLogin.fingerprint(certificate);
        if (!AuthenticationState.Deferred.isDeferred(response)) {
            request.setAttribute(CertificateLogin.NEW_SESSION_ATTRIBUTE, ours);
            ResponseWatch.before(request, () -> bindNew(request, ours));
        }
        Session session = request.getSession(false);
        if (session == null) {
            return;
        }
        synchronized (session) {
            Object bound = session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE);
            if (bound != null && !bound.equals(ours)) {
                session.invalidate();
            } else if (bound == null && !AuthenticationState.Deferred.isDeferred(response)) {
                session.setAttribute(CertificateLogin.SESSION_ATTRIBUTE, ours);
                // Also if it had a new id for a login by password: that was another's doing.
                session.removeAttribute(SecurityHandler.SESSION_AUTHENTICATED_ATTRIBUTE);
                updateSession(request, response);
            }
        }
    }

    /** What the application makes behind the login belongs to who has logged in. */
    private static void bindNew(Request request, String ours) {
        Session session = request.getSession(false);
        if (session != null
                && session.isValid()
                && session.isNew()
                && session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE) == null) {
            session.setAttribute(CertificateLogin.SESSION_ATTRIBUTE, ours);
        }
    }
}

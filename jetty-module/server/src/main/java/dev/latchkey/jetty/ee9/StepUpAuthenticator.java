package dev.latchkey.jetty.ee9;

import dev.latchkey.NegotiationException;
import dev.latchkey.jetty.CertificateLogin;
import dev.latchkey.jetty.ee.SessionBinding;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.ee9.nested.Authentication;
import org.eclipse.jetty.ee9.nested.Request;
import org.eclipse.jetty.ee9.security.Authenticator;
import org.eclipse.jetty.ee9.security.ServerAuthException;
import org.eclipse.jetty.ee9.security.UserAuthentication;
import org.eclipse.jetty.ee9.security.authentication.DeferredAuthentication;
import org.eclipse.jetty.ee9.security.authentication.LoginAuthenticator;
import org.eclipse.jetty.security.SecurityHandler;
import org.eclipse.jetty.security.UserIdentity;
import org.jspecify.annotations.Nullable;

/**
 * {@code CLIENT-CERT} that asks for the certificate when a protected request first needs it: the same as the core's, in
 * ee9's words. Thread-safe.
 */
final class StepUpAuthenticator extends LoginAuthenticator {
    private final CertificateLogin login;
    private volatile boolean renewsSession = true;

    StepUpAuthenticator(CertificateLogin login) {
        this.login = login;
    }

    @Override
    public void setConfiguration(AuthConfiguration configuration) {
        super.setConfiguration(configuration);
        renewsSession = configuration.isSessionRenewedOnAuthentication();
    }

    @Override
    public String getAuthMethod() {
        return Authenticator.CERT_AUTH;
    }

    @Override
    public Authentication validateRequest(ServletRequest req, ServletResponse res, boolean mandatory)
            throws ServerAuthException {
        if (!mandatory) {
            return new DeferredAuthentication(this);
        }
        HttpServletRequest request = (HttpServletRequest) req;
        HttpServletResponse response = (HttpServletResponse) res;
        org.eclipse.jetty.server.Request core = Objects.requireNonNull(Request.getBaseRequest(request), "not Jetty's")
                .getCoreRequest();
        if (DeferredAuthentication.isDeferred(response)) {
            Optional<X509Certificate> known = login.known(request, core);
            Authentication user = known.isPresent() ? loggedIn(known.get(), request, response, core) : null;
            return user == null ? Authentication.UNAUTHENTICATED : user;
        }
        try {
            return demanded(request, response, core);
        } catch (IOException x) {
            throw new ServerAuthException(x);
        }
    }

    private Authentication demanded(
            HttpServletRequest request, HttpServletResponse response, org.eclipse.jetty.server.Request core)
            throws IOException {
        try {
            Authentication user = loggedIn(login.demand(request, core), request, response, core);
            if (user != null) {
                return user;
            }
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
        } catch (NegotiationException x) {
            CertificateLogin.forbidStoring(x, response::setHeader);
            response.sendError(x.status(), CertificateLogin.text(x));
        }
        return Authentication.SEND_FAILURE;
    }

    private @Nullable Authentication loggedIn(
            X509Certificate certificate,
            HttpServletRequest request,
            HttpServletResponse response,
            org.eclipse.jetty.server.Request core) {
        UserIdentity user = login.login(
                certificate, (name, credential) -> _loginService.login(name, credential, core, core::getSession));
        if (user == null || user.getUserPrincipal() == null) {
            return null; // a user who is nobody must not be let in as somebody
        }
        bindSession(certificate, request, response);
        return new UserAuthentication(getAuthMethod(), user);
    }

    /** An HTTP session belongs to one certificate: the first one gives it a new id, another one ends it. */
    private void bindSession(X509Certificate certificate, HttpServletRequest request, HttpServletResponse response) {
        String ours = CertificateLogin.fingerprint(certificate);
        if (!DeferredAuthentication.isDeferred(response)) {
            SessionBinding.bindWhatIsMade(request, ours);
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        synchronized (session) {
            Object bound = session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE);
            if (bound != null && !bound.equals(ours)) {
                session.invalidate();
            } else if (bound == null && !DeferredAuthentication.isDeferred(response)) {
                session.setAttribute(CertificateLogin.SESSION_ATTRIBUTE, ours);
                session.setAttribute(SecurityHandler.SESSION_AUTHENTICATED_ATTRIBUTE, true);
                if (renewsSession) {
                    request.changeSessionId();
                }
            }
        }
    }

    @Override
    public boolean secureResponse(
            ServletRequest request, ServletResponse response, boolean mandatory, Authentication.User user) {
        return true;
    }
}

package dev.latchkey.jetty.ee;

import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.jetty.CertificateLogin;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.io.UncheckedIOException;

/**
 * Binds HTTP sessions to the certificate that a guard has let pass: the first one gives the session a new id, so that
 * nobody who knew the anonymous session is in it; another one ends it, and so does none, where one is but wanted. Who
 * could not be asked is not let into a session that is bound.
 *
 * <p>As a listener for requests that a path of the configuration guards, whose guard stands in front of the application
 * and sees no session. Any thread.
 */
public final class SessionBinding implements ServletRequestListener {
    SessionBinding() {}

    @Override
    public void requestInitialized(ServletRequestEvent event) {
        if (event.getServletRequest() instanceof HttpServletRequest request
                && request.getAttribute(CertificateLogin.GUARD_ATTRIBUTE) instanceof String fingerprint) {
            try {
                bind(request, fingerprint, true);
            } catch (NegotiationException x) {
                throw new UncheckedIOException(x); // in which the container finds the status
            }
        }
    }

    /** For who was shown no certificate by a connector of ours, and so has no response that is watched. */
    @Override
    public void requestDestroyed(ServletRequestEvent event) {
        if (event.getServletRequest() instanceof HttpServletRequest request) {
            bindNew(request);
        }
    }

    /**
     * Sees to it that a session which the application makes behind a guard belongs to who has passed it, before anybody
     * can come with its id: any of the application's threads may make it, until the response tells the id.
     *
     * @param passed the fingerprint of the client's own certificate
     */
    public static void bindWhatIsMade(HttpServletRequest request, String passed) {
        boolean isWatched = request.getAttribute(CertificateLogin.NEW_SESSION_ATTRIBUTE) != null;
        request.setAttribute(CertificateLogin.NEW_SESSION_ATTRIBUTE, passed);
        if (!isWatched) {
            CertificateLogin.beforeResponse(request.getAttribute(ClientCertificates.ATTRIBUTE), () -> bindNew(request));
        }
    }

    private static void bindNew(HttpServletRequest request) {
        if (!(request.getAttribute(CertificateLogin.NEW_SESSION_ATTRIBUTE) instanceof String fingerprint)) {
            return;
        }
        HttpSession session = request.getSession(false);
        try {
            if (session != null
                    && session.isNew()
                    && session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE) == null) {
                session.setAttribute(CertificateLogin.SESSION_ATTRIBUTE, fingerprint);
            }
        } catch (IllegalStateException ended) {
            // And so it is nobody's.
        }
    }

    /**
     * Binds the session of a request, if it has one.
     *
     * @param request behind a guard
     * @param passed the fingerprint of the client's own certificate; empty if there is none, or
     *     {@link CertificateLogin#NOT_ASKED}
     * @param canRenew whether the session can be given a new id, because the response is not committed
     * @throws NegotiationException if the client must be asked, and cannot be
     */
    static void bind(HttpServletRequest request, String passed, boolean canRenew) throws NegotiationException {
        if (CertificateLogin.isFingerprint(passed)) {
            bindWhatIsMade(request, passed);
        }
        HttpSession session = request.getSession(false);
        if (session == null) {
            return;
        }
        boolean isBound = session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE) != null;
        String fingerprint = isBound ? CertificateLogin.requireAnswer(passed, request) : passed;
        synchronized (session) {
            Object bound = session.getAttribute(CertificateLogin.SESSION_ATTRIBUTE);
            if (bound == null && CertificateLogin.isFingerprint(fingerprint) && canRenew) {
                session.setAttribute(CertificateLogin.SESSION_ATTRIBUTE, fingerprint);
                request.changeSessionId();
            } else if (bound != null && !bound.equals(fingerprint)) {
                session.invalidate();
            }
        }
    }
}

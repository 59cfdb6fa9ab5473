package dev.latchkey.jetty;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificateGuard;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions.Presence;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code CLIENT-CERT} does, apart from the Servlet environment it does it in: the certificate of a request, asked
 * for or not, and the login with it.
 *
 * <p>Nothing is remembered between requests: each is as trusted as the certificate that its connection has at that
 * moment. Immutable; any thread.
 */
public final class CertificateLogin {
    /**
     * The attribute of an HTTP session that says which certificate it belongs to: the SHA-256 fingerprint of the client's
     * own one, in hexadecimal.
     */
    public static final String SESSION_ATTRIBUTE = "dev.latchkey.certificate";

    /**
     * The attribute of a request that a path of the configuration guards: the fingerprint of the certificate with which it
     * has passed, empty if it has passed without, {@link #NOT_ASKED} if nobody was asked.
     */
    public static final String GUARD_ATTRIBUTE = "dev.latchkey.guard.certificate";

    /** What stands for the fingerprint where a request has passed without its client being asked. */
    public static final String NOT_ASKED = "not asked";

    /**
     * The attribute of a request that tells to which certificate a session belongs that is made in it, behind a guard or a
     * login: a fingerprint.
     */
    public static final String NEW_SESSION_ATTRIBUTE = "dev.latchkey.newSession.certificate";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateLogin.class);
    private static final ClientCertificateGuard NEED = ClientCertificateGuard.of(Presence.NEED);

    /** Who knows the users. */
    public interface Service<T> {
        /**
         * Logs a user in.
         *
         * @param name the user's
         * @param credential a password or the like, or null
         * @return the user; null if the service does not know the two
         */
        @Nullable
        T login(String name, @Nullable Object credential);
    }

    private final Server server;

    private CertificateLogin(Server server) {
        this.server = server;
    }

    /**
     * {@return the login for a server's applications; empty where no connector has Latchkey, which leaves them to Jetty}
     *
     * @param server with its connectors
     * @param method the login-config's auth-method
     */
    public static Optional<CertificateLogin> of(Server server, @Nullable String method) {
        boolean ours = "CLIENT-CERT".equalsIgnoreCase(method) || "CLIENT_CERT".equalsIgnoreCase(method);
        return ours && DeclarativeStepUp.of(server) != null
                ? Optional.of(new CertificateLogin(server))
                : Optional.empty();
    }

    /**
     * {@return the client's own certificate, as far as it is known and the connector's trust accepts it; asks nobody}
     *
     * @param request a request of any kind
     * @param core the request of Jetty's core behind it
     */
    public Optional<X509Certificate> known(Object request, Request core) {
        Optional<X509Certificate> current = Optional.of(current(request, core))
                .filter(ClientCertificate::isTrusted)
                .flatMap(ClientCertificate::certificate);
        return current.isPresent() ? current : ofStockConnector(core);
    }

    /** {@return what is known; what a call has accepted by a trust manager of its own logs nobody in, and opens no guard} */
    static ClientCertificate current(Object request, Request core) {
        return core.getAttribute(ClientCertificates.ATTRIBUTE) instanceof RequestNegotiation ours
                ? ours.currentOfConnector()
                : ClientCertificates.of(request).current();
    }

    /**
     * {@return the client's own certificate, asked for if it is not known}
     *
     * @param request a request of any kind
     * @param core the request of Jetty's core behind it
     * @throws NegotiationException if there is none in the end
     */
    public X509Certificate demand(Object request, Request core) throws NegotiationException {
        Optional<X509Certificate> stock = ofStockConnector(core);
        return stock.isPresent()
                ? stock.get()
                : NEED.check(request).certificate().orElseThrow();
    }

    /** What a connector without Latchkey was shown in the first handshake, judged by its own trust. */
    private static Optional<X509Certificate> ofStockConnector(Request core) {
        if (core.getAttribute(ClientCertificates.ATTRIBUTE) != null
                || !(core.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData data)) {
            return Optional.empty();
        }
        X509Certificate[] chain = data.peerCertificates();
        SslConnectionFactory tls =
                core.getConnectionMetaData().getConnector().getConnectionFactory(SslConnectionFactory.class);
        if (chain == null || chain.length == 0 || tls == null) {
            return Optional.empty();
        }
        try {
            tls.getSslContextFactory().validateCerts(chain);
            return Optional.of(chain[0]);
        } catch (Exception x) {
            LOG.debug("the certificate of the first handshake does not validate any more", x);
            return Optional.empty();
        }
    }

    /**
     * Logs the user of a certificate in.
     *
     * <p>The login service is offered what Jetty's own authenticator offers it: an empty password, none, and the
     * certificate's signature in Base64. Realms written for that one go on to work.
     *
     * @param <T> the user
     * @param certificate the client's own
     * @param service user name and credential in, user out; null if it does not know them
     * @return the user; null if the certificate names none or the service does not know it
     */
    public <T> @Nullable T login(X509Certificate certificate, Service<T> service) {
        DeclarativeStepUp settings = DeclarativeStepUp.of(server);
        if (settings == null) {
            return null; // none of this server's connectors has Latchkey
        }
        UserName.Found found = settings.userNames().find(certificate);
        String name = found.name();
        if (name == null) {
            LOG.info(
                    "a client's certificate names no user by latchkey.userName={}: {}",
                    settings.userNames(),
                    found.problem());
            return null;
        }
        T user = service.login(name, "");
        if (user == null) {
            user = service.login(name, null);
        }
        if (user == null) {
            String signature = Base64.getEncoder().encodeToString(certificate.getSignature());
            user = service.login(name, signature.toCharArray());
        }
        return user;
    }

    /** {@return what is kept in an HTTP session to tell a certificate from others; see {@link #SESSION_ATTRIBUTE}} */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException | CertificateEncodingException x) {
            throw new IllegalStateException("a certificate that cannot be told from others", x);
        }
    }

    /** {@return the same of the certificate that a guard has let pass; empty, or {@link #NOT_ASKED}, if there is none} */
    public static String fingerprint(ClientCertificate passed) {
        if (passed.isTrusted()) {
            return passed.certificate().map(CertificateLogin::fingerprint).orElse("");
        }
        return passed.mechanism().isPresent() ? "" : NOT_ASKED;
    }

    /**
     * Does something before the response's headers leave, and with them the id of a session that was made by whichever
     * thread.
     *
     * @param service the request's attribute {@link ClientCertificates#ATTRIBUTE}; without ours nothing is done
     */
    public static void beforeResponse(@Nullable Object service, Runnable task) {
        if (service instanceof RequestNegotiation ours) {
            ResponseWatch.before(ours.request(), task);
        }
    }

    /** {@return whether it is one, of a certificate} */
    public static boolean isFingerprint(String passed) {
        return !passed.isEmpty() && !passed.equals(NOT_ASKED);
    }

    /**
     * {@return the fingerprint of a request whose HTTP session belongs to a certificate: who was not asked, because the
     * body was too large or there is no way to ask, has not shown that it is another, and is asked again, without a way
     * around}
     *
     * @param passed what the guard said
     * @param request a request of any kind
     * @throws NegotiationException if it cannot be asked; the session stays, and the request is not served
     */
    public static String requireAnswer(String passed, Object request) throws NegotiationException {
        return passed.equals(NOT_ASKED)
                ? fingerprint(ClientCertificates.of(request).negotiateClientCertificate())
                : passed;
    }

    /** {@return what a refused client is told: code and phrase of the reason} */
    public static String text(NegotiationException why) {
        return Refusal.text(why.reason());
    }

    /** Sets the headers of a refusal, by a method such as {@code response::setHeader}. */
    public static void forbidStoring(NegotiationException why, BiConsumer<String, String> setHeader) {
        if (Refusal.isPassing(why.reason())) {
            setHeader.accept("Cache-Control", "no-store");
        }
    }
}

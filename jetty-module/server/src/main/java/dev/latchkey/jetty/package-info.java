/**
 * The negotiation of a client certificate inside Jetty 12, below the servlets, so that ee8 to ee11 share it.
 *
 * <p>In the order in which a request meets them:
 *
 * <ol>
 *   <li>{@link dev.latchkey.jetty.LatchkeySslConnectionFactory}: the one way in; makes the connections, carries the
 *       settings.
 *   <li>{@code StepUpProvider}, {@code StepUpContextSpi}, {@code StepUpTrustManager}, {@code SteadyKeyManager}: an
 *       SSLContext of our own beside the stock one, which lets a handshake finish before the chain is judged.
 *   <li>{@code NegotiableSslConnection}: an SslConnection that lets our own negotiation through and nobody else's.
 *   <li>{@code ConnectionIdentity}, {@code CertificateValidation}: what the client proved, and who may believe it.
 *   <li>{@code ClientCertificateCustomizer}, {@code RequestNegotiation}: the service of a request.
 *   <li>{@code StepUp}: one attempt: body in, client asked, chain judged, body back.
 *   <li>{@code CertificateMechanism} and its kinds: how the client is asked; {@code HandshakeDriver} moves the bytes.
 *   <li>{@link dev.latchkey.jetty.DeclarativeStepUp}: what asks without a line of code: {@code PathGuard};
 *       {@code WebApplications}, which gives each application the guards of its environment ({@code ee}, {@code ee9});
 *       {@code CertificateLogin} and {@code StepUpAuthenticator} for {@code CLIENT-CERT}.
 * </ol>
 *
 * <p>Rules of the room: nothing blocks a selector thread; no lock is held over a callback, and the application's trust
 * manager is one; an identity becomes visible only after the client's Finished was verified and the chain was accepted;
 * a failure closes what it cannot mend and says why by a {@link dev.latchkey.Reason}; no content of a certificate is
 * logged.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.jetty;

import org.jspecify.annotations.NullMarked;

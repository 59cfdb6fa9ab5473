package dev.latchkey.jetty;

import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.server.Connector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says when a connector starts: which clients can be asked on it, and which cannot. A server that is asked
 * for what its engine cannot do says so at its start, not only to the first client. Stateless.
 */
final class StartReport {
    private static final Logger LOG = LoggerFactory.getLogger(LatchkeySslConnectionFactory.class);
    private static final String TLS_1_2 = "TLSv1.2";
    private static final String TLS_1_3 = "TLSv1.3";

    private StartReport() {}

    /** Tells that a connector speaks HTTP/2, and what becomes of a step-up there. */
    static void http2(Connector connector, String answer, Alternatives settings) {
        LOG.info(
                "{} offers HTTP/2, which forbids asking on an open connection: a step-up there is answered by"
                        + " latchkey.http2={}{}",
                connector,
                answer,
                browsers(settings));
    }

    /**
     * Tells what a connector's TLS can do.
     *
     * @param trust null if there is none that a chain could be judged by
     */
    static void tls(LatchkeySslConnectionFactory factory, @Nullable Trust trust) {
        if (trust == null) {
            LOG.warn("LK105 engine-cannot: no connection can be asked for a certificate, because the SslContextFactory"
                    + " was given an SSLContext, or has no trust manager; set key and trust stores instead");
            return;
        }
        authorities(trust, factory.getMaxAuthoritiesSize());
        protocols(factory.getSslContextFactory().newSSLEngine(), factory.getAlternatives());
    }

    /** {@return what browsers will meet, which speak TLS 1.3 where they can and cannot be asked there as they come} */
    private static String browsers(Alternatives settings) {
        boolean seenTo = settings.isBrowserStepUp()
                || settings.getRedirectHost() != null
                || !settings.hosts().isEmpty();
        return seenTo ? "" : "; browsers speak TLS 1.3: set latchkey.browserStepUp=true or latchkey.hosts for them";
    }

    private static void authorities(Trust trust, int most) {
        int size = StepUpTrustManager.encodedSize(trust.trustManager().getAcceptedIssuers());
        if (size > most) {
            LOG.warn(
                    "the names of the trusted authorities take {} bytes, more than latchkey.maxAuthoritiesSize={}:"
                            + " clients are asked for a certificate of any authority; give the connector a trust store"
                            + " of client authorities only",
                    size,
                    most);
        }
    }

    private static void protocols(SSLEngine engine, Alternatives settings) {
        if (engine instanceof PostHandshakeAuthenticationEngine) {
            return;
        }
        List<String> enabled = Arrays.asList(engine.getEnabledProtocols());
        if (!enabled.contains(TLS_1_2)) {
            LOG.warn(
                    "LK105 engine-cannot: no connection can be asked for a certificate, because only {} is enabled and"
                            + " this TLS engine asks on TLS 1.2 only; enable TLSv1.2",
                    enabled);
        } else if (enabled.contains(TLS_1_3)) {
            LOG.info(
                    "clients on TLS 1.2 can be asked for a certificate; those on TLS 1.3 cannot, by this TLS engine:"
                            + " their step-ups fail with LK105 engine-cannot{}",
                    browsers(settings));
        }
    }
}

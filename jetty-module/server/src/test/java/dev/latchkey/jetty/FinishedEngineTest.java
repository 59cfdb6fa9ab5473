package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

class FinishedEngineTest {
    /** A chain may be judged while the client is asked for another; the JDK's trust manager refuses what it cannot read. */
    @Test
    void marksOfOursAreHiddenFromTrustManagersAndOthersAreNot() throws NoSuchAlgorithmException {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        for (String mark : new String[] {Renegotiation.IDENTIFICATION_PREFIX + 7, "HTTPS"}) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(mark);
            engine.setSSLParameters(parameters);
            SSLEngine view = new FinishedEngine(engine, engine.getSession());
            assertThat(view.getSSLParameters().getEndpointIdentificationAlgorithm())
                    .isEqualTo(mark.equals("HTTPS") ? mark : "");
            assertThat(engine.getSSLParameters().getEndpointIdentificationAlgorithm())
                    .isEqualTo(mark);
        }
    }
}

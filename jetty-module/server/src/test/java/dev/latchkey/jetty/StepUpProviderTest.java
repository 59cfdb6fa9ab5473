package dev.latchkey.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.junit.jupiter.api.Test;

class StepUpProviderTest {
    @Test
    void itIsRegisteredOnceAndNeverWrapsItself() {
        String name = StepUpProvider.nameFor(null);
        assertThat(Security.getProvider(name)).isNotNull();
        assertThat(StepUpProvider.nameFor(null)).isEqualTo(name);
        assertThat(StepUpProvider.nameFor(name)).isEqualTo(name);
        String overSunJsse = StepUpProvider.nameFor("SunJSSE");
        assertThat(overSunJsse).isNotEqualTo(name);
        assertThat(StepUpProvider.nameFor(overSunJsse)).isEqualTo(overSunJsse);
    }

    @Test
    void aProviderThatIsNotThereIsRefusedByName() {
        assertThatThrownBy(() -> StepUpProvider.nameFor("NoSuchProvider"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NoSuchProvider")
                .hasMessageContaining("jetty.sslContext.provider");
    }

    @Test
    void itNeverBecomesTheJvmsChoice() throws Exception {
        StepUpProvider.nameFor(null);
        assertThat(SSLContext.getInstance("TLS").getProvider().getName()).isEqualTo("SunJSSE");
    }

    @Test
    void itOffersSslContextsAndWhatTheWrappedOneOffers() {
        Provider plain = Security.getProvider(StepUpProvider.nameFor(null));
        assertThat(plain.getService("SSLContext", "TLS")).isNotNull();
        assertThat(plain.getService("KeyStore", "PKCS12")).isNull();
        Provider overSunJsse = Security.getProvider(StepUpProvider.nameFor("SunJSSE"));
        assertThat(overSunJsse.getService("SSLContext", "TLS")).isNotNull();
        assertThat(overSunJsse.getService("SSLContext", "NoSuchProtocol")).isNull();
        assertThat(overSunJsse.getService("KeyManagerFactory", "NewSunX509")).isNotNull();
        assertThatThrownBy(() -> SSLContext.getInstance("NoSuchProtocol", plain))
                .isInstanceOf(NoSuchAlgorithmException.class);
    }

    @Test
    void anEngineMayStepUpOnlyWhereItIsAskedFor() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS", StepUpProvider.nameFor(null));
        context.init(null, null, null);
        assertThat(StepUpContextSpi.trustOfRequest()).isNull();
        SSLEngine stock = context.createSSLEngine();
        StepUpContextSpi.EngineRequest outer = StepUpContextSpi.beginRequest();
        StepUpContextSpi.EngineRequest inner = StepUpContextSpi.beginRequest();
        SSLEngine ours = context.createSSLEngine("localhost", 443);
        assertThat(inner.trust()).isNotNull();
        StepUpContextSpi.endRequest(inner);
        assertThat(outer.trust()).isNull();
        StepUpContextSpi.endRequest(outer);
        assertThat(StepUpContextSpi.trustOfRequest()).isNull();
        assertThat(ours.getSupportedProtocols()).isEqualTo(stock.getSupportedProtocols());
    }

    @Test
    void theTwoSessionCachesAreSetAsOne() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS", StepUpProvider.nameFor(null));
        context.init(null, null, null);
        SSLSessionContext sessions = context.getServerSessionContext();
        sessions.setSessionTimeout(77);
        sessions.setSessionCacheSize(88);
        assertThat(sessions.getSessionTimeout()).isEqualTo(77);
        assertThat(sessions.getSessionCacheSize()).isEqualTo(88);
        assertThat(sessions.getIds().hasMoreElements()).isFalse();
        assertThat(sessions.getSession(new byte[] {1})).isNull();
    }
}

package dev.latchkey.it.home;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.Mechanism;
import dev.latchkey.NegotiationOptions;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.container.test.api.TargetsContainer;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code @Inject ClientCertificates} inside the server: the same jar with Weld 5 on ee10 and with Weld 6 on ee11.
 *
 * <p>The step-up happens on the connection by which Arquillian calls the test: see {@link dev.latchkey.it.ServerParts}.
 */
@ExtendWith(ArquillianExtension.class)
class InjectedIT {
    @Inject
    ClientCertificates certificates;

    @Deployment(name = "ee10")
    @TargetsContainer("ee10")
    static WebArchive onEe10() {
        return CdiWar.withWeld5("injected-ee10.war").addClass(InjectedIT.class);
    }

    @Deployment(name = "ee11")
    @TargetsContainer("ee11")
    static WebArchive onEe11() {
        return CdiWar.withWeld6("injected-ee11.war").addClass(InjectedIT.class);
    }

    @Test
    @OperateOnDeployment("ee10")
    void asksInsideEe10() throws Exception {
        asksInside("4.0.", 5);
    }

    @Test
    @OperateOnDeployment("ee11")
    void asksInsideEe11() throws Exception {
        asksInside("4.1.", 6);
    }

    private void asksInside(String cdi, int weld) throws Exception {
        ClassLoader own = InjectedIT.class.getClassLoader();
        assertTrue(own.getClass().getName().contains("WebAppClassLoader"), () -> "loaded by " + own);
        assertSame(own, CDI.class.getClassLoader());
        assertTrue(jarOf(CDI.class).contains("cdi-api-" + cdi), () -> jarOf(CDI.class));
        assertTrue(
                jarOf(CDI.current().getClass()).matches(".*/weld-.*-" + weld + "\\.[^/]*jar"),
                () -> jarOf(CDI.current().getClass()));
        // Fresh, because Arquillian's connection may have resumed a TLS session that holds the certificate.
        ClientCertificate certificate = certificates.negotiateClientCertificate(
                NegotiationOptions.builder().fresh().build());
        assertTrue(certificate.isTrusted());
        assertEquals(Mechanism.RENEGOTIATION, certificate.mechanism().orElseThrow());
        assertEquals(
                "CN=alice,O=Latchkey demo",
                certificate
                        .certificate()
                        .orElseThrow()
                        .getSubjectX500Principal()
                        .getName());
        // The service is the request's: it knows now, and does not ask again.
        assertTrue(certificates.current().isTrusted());
        assertTrue(certificates.negotiateClientCertificate().wasAlreadyPresent());
        assertFalse(certificates.defaults().deadline().isEmpty());
    }

    private static String jarOf(Class<?> type) {
        return String.valueOf(type.getProtectionDomain().getCodeSource().getLocation());
    }

    @Test
    @RunAsClient
    void isAskedFromOutsideOnEe10(@OperateOnDeployment("ee10") @ArquillianResource URL url) throws Exception {
        isAskedFromOutside(url);
    }

    @Test
    @RunAsClient
    void isAskedFromOutsideOnEe11(@OperateOnDeployment("ee11") @ArquillianResource URL url) throws Exception {
        isAskedFromOutside(url);
    }

    private static void isAskedFromOutside(URL url) throws Exception {
        assertEquals("https", url.getProtocol());
        try (InputStream in = new URL(url, "injected").openStream()) {
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.contains("subject=CN=alice,O=Latchkey demo\n"), answer);
            assertTrue(answer.contains("mechanism=renegotiation\n"), answer);
            assertTrue(answer.contains("protocol=TLSv1.2\n"), answer);
        }
    }
}

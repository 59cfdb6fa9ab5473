package dev.latchkey.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.xml.XmlConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The XML of the module latchkey-openssl, run as start.jar does: each property does what its comment says. */
class OpenSslModuleIT {
    private static final String NOWHERE = "latchkey-no-such-library.so";

    private final SslContextFactory.Server tls = new SslContextFactory.Server();

    @TempDir
    Path dir;

    private void configure(Map<String, String> properties) throws Exception {
        ServerConnector connector = new ServerConnector(
                new Server(), new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory());
        BaseZip zip = BaseZip.open();
        Path file = Files.writeString(
                dir.resolve("configured.xml"),
                zip.text(zip.module("latchkey-openssl").xml().get(0)));
        try (ResourceFactory.Closeable resources = ResourceFactory.closeable()) {
            XmlConfiguration xml = new XmlConfiguration(resources.newResource(file));
            xml.getIdMap().put("sslConnector", connector);
            xml.getProperties().putAll(properties);
            xml.configure(connector);
        }
    }

    /** Two paths that lead nowhere, so that it is the same on any Java and with any OpenSSL. */
    private Map<String, String> impossible(String required) {
        String nowhere = dir.resolve(NOWHERE).toString();
        return Map.of(
                "latchkey.openssl.required", required,
                "latchkey.openssl.libssl", nowhere,
                "latchkey.openssl.libcrypto", nowhere);
    }

    @Test
    void whereItIsNotRequiredTheConnectorKeepsTheJdksTls() throws Exception {
        configure(impossible("false"));
        assertThat(tls.getProvider()).isEqualTo("Latchkey");
    }

    @Test
    void whereItIsRequiredTheStartEnds() {
        assertThatThrownBy(() -> configure(impossible("true")))
                .rootCause()
                .hasMessageContaining("latchkey.openssl.required=true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "True", "", "1"})
    void anUnknownValueEndsTheStartAndTheMessageNamesThePropertyAndItsValues(String value) {
        assertThatThrownBy(() -> configure(Map.of("latchkey.openssl.required", value)))
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("latchkey.openssl.required=" + value + ": it must be true or false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"latchkey.openssl.libssl", "latchkey.openssl.libcrypto"})
    void oneLibraryWithoutTheOtherEndsTheStart(String property) {
        assertThatThrownBy(() -> configure(Map.of(property, dir.resolve(NOWHERE).toString())))
                .rootCause()
                .hasMessage("give both latchkey.openssl.libssl and latchkey.openssl.libcrypto, or neither");
    }

    @Test
    void anotherProviderThatTheConnectorNamesEndsTheStart() {
        tls.setProvider("SunJSSE");
        assertThatThrownBy(() -> configure(impossible("false")))
                .rootCause()
                .hasMessageContaining("jetty.sslContext.provider=SunJSSE")
                .hasMessageContaining("latchkey-openssl");
    }
}

package dev.latchkey.it;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHome;
import dev.latchkey.testkit.DemoPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.TlsClient;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * What the real servers of the tests are made of, where the build has put it; and the certificates, made before any
 * test. Static; any thread.
 */
public final class ServerParts implements LauncherSessionListener {
    /** The subject of {@link #alice()}, RFC 2253. */
    public static final String ALICE = "CN=alice,O=Latchkey demo";

    private static final Path TARGET =
            Path.of(System.getProperty("latchkey.target", "target")).toAbsolutePath();
    private static final Path PARTS = TARGET.resolve("server-parts");

    /** Called by JUnit. */
    public ServerParts() {}

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        try {
            DemoPki.write(pki());
            // Arquillian calls its tests inside the server by this, and the server may ask it for its certificate.
            HttpsURLConnection.setDefaultSSLSocketFactory(jsseTls12WithAlice());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the build's directory of this module} */
    public static Path target() {
        return TARGET;
    }

    /** {@return the directory of the certificates, see {@link DemoPki}} */
    public static Path pki() {
        return TARGET.resolve("pki");
    }

    /** {@return the top of the source tree} */
    public static Path root() {
        return Path.of(System.getProperty("latchkey.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }

    /** {@return something that the build has put among the parts, such as {@code step-up.war}} */
    public static Path part(String name) {
        Path part = PARTS.resolve(name);
        if (!Files.exists(part)) {
            throw new IllegalStateException("The build has not made " + part + ": run mvn verify from the top");
        }
        return part;
    }

    /** {@return the jetty-home of a line, {@code 12.0} or {@code 12.1}} */
    public static JettyHome home(String line) throws IOException {
        return JettyHome.at(part("jetty-home-" + line + ".zip"));
    }

    /** {@return a server with the module, the server's key and the trusted authority; modules and the rest open} */
    public static JettyBase base(String line, Path directory) throws IOException {
        return home(line)
                .base(directory)
                .overlay(part("latchkey-jetty-base.zip"))
                .modules("latchkey")
                .keyStore(pki().resolve("keystore.p12"), DemoPki.PASSWORD)
                .trustStore(pki().resolve("truststore.p12"), DemoPki.PASSWORD);
    }

    /**
     * {@return the same with TLS by OpenSSL, on a Java that can; without one the test is skipped, by name}
     *
     * <p>OpenSSL is required: a server that cannot have it does not start.
     */
    public static JettyBase openSslBase(String line, Path directory) throws IOException {
        return base(line, directory)
                .modules("latchkey-openssl")
                .property("latchkey.openssl.required", "true")
                .java(InstalledJdk.atLeast(22).java())
                .jvmArguments("--enable-native-access=ALL-UNNAMED");
    }

    /** {@return the authority that the servers trust, which has issued the server's and the client's certificate} */
    public static HeldCertificate authority() {
        return held("ca");
    }

    /** {@return the trusted client} */
    public static HeldCertificate alice() {
        return held("client");
    }

    /** {@return a client of another authority} */
    public static HeldCertificate stranger() {
        return held("stranger");
    }

    /** {@return a client on TLS 1.2 with alice's certificate} */
    public static TlsClient tls12WithAlice() {
        return tls12().certificate(alice());
    }

    /** {@return a client on TLS 1.2 without a certificate} */
    public static TlsClient tls12() {
        return TlsClient.trusting(authority()).protocols("TLSv1.2").serverName("localhost");
    }

    /** {@return sockets of the JDK's own on TLS 1.2 with alice's certificate} */
    public static SSLSocketFactory jsseTls12WithAlice() {
        return new OneProtocolSocketFactory("TLSv1.2", sslSocketFactory("client.p12"));
    }

    private static HeldCertificate held(String name) {
        try {
            return HeldCertificate.read(pki().resolve(name + ".pem"), pki().resolve(name + ".key"));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("No usable certificate " + name + " in " + pki(), e);
        }
    }

    private static SSLSocketFactory sslSocketFactory(String keys) {
        try {
            KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
            own.init(store(keys), DemoPki.PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store("truststore.p12"));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("No TLS with the certificates in " + pki(), e);
        }
    }

    private static KeyStore store(String file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(pki().resolve(file).toFile())) {
            store.load(in, DemoPki.PASSWORD.toCharArray());
        }
        return store;
    }
}

package dev.latchkey.it.tls;

import dev.latchkey.it.Lane;
import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.Tls13Client;
import dev.latchkey.testkit.Tls13Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import org.bouncycastle.tls.RenegotiationPolicy;

/** The crafted client on TLS 1.3, by the test kit's own: its answers after the handshake go through the recipe's hands. */
final class Crafted13 extends CraftedClient {
    private final Tls13Connection connection;

    Crafted13(CraftedRecipe recipe, int port) throws IOException {
        Tls13Client client = Tls13Client.trusting(TestPki.AUTHORITY)
                .answering(new InTurn(recipe.certificates)::next)
                .serverName(recipe.firstName)
                .tamper(recipe.tamper)
                .preface(recipe.preface.getBytes(StandardCharsets.US_ASCII));
        if (recipe.tamperFrom == 1) {
            client.tamperFromTheStart();
        }
        if (recipe.policy == RenegotiationPolicy.DENY || recipe.suites != null) {
            throw new IllegalArgumentException("a recipe for TLS 1.2 alone");
        }
        connection = client.connect(port);
        if (recipe.policy == RenegotiationPolicy.IGNORE) {
            connection.ignoreRequests();
        }
    }

    /** The certificates of a recipe, the last one over and over. For one thread. */
    private static final class InTurn {
        private final HeldCertificate[] certificates;
        private int turn;

        InTurn(HeldCertificate[] certificates) {
            this.certificates = certificates;
        }

        HeldCertificate next() {
            return certificates[Math.min(turn++, certificates.length - 1)];
        }
    }

    /** {@return the connection, for what only this version has} */
    Tls13Connection connection() {
        return connection;
    }

    @Override
    void send(String text) throws IOException {
        connection.out().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    HttpAnswer read() throws IOException {
        return HttpAnswer.readFinal(connection.in());
    }

    @Override
    void readTimeout(int millis) throws IOException {
        connection.readTimeout(millis);
    }

    @Override
    int readByte() throws IOException {
        return connection.in().read();
    }

    @Override
    void record(int contentType, byte[] payload) throws IOException {
        connection.wire().record(contentType, payload);
    }

    @Override
    void sendBare(byte[] bytes) throws IOException {
        connection.wire().bare(bytes);
    }

    @Override
    byte[] lastClientHello() {
        return connection.clientHello();
    }

    @Override
    String protocolVersion() {
        return Lane.OPENSSL_TLS13.protocol();
    }

    @Override
    int handshakes() {
        return 1;
    }

    @Override
    int timesAsked() {
        return connection.timesAsked();
    }

    @Override
    List<byte[]> serverCertificates() {
        try {
            return List.of(connection.serverCertificate().getEncoded());
        } catch (CertificateEncodingException x) {
            throw new IllegalStateException(x);
        }
    }

    @Override
    void drain() throws IOException {
        connection.drain();
    }

    @Override
    void reset() throws IOException {
        connection.reset();
    }

    @Override
    public void close() throws IOException {
        connection.wire().closeBare();
    }
}

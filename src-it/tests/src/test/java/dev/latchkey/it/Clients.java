package dev.latchkey.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.it.embedded.TestPki;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.util.function.Supplier;

/** Well-behaved clients that speak the lane's TLS version and can be asked in its way. Static; any thread. */
public final class Clients {
    private Clients() {}

    /**
     * {@return a client of the lane, to be set up further}
     *
     * @param certificate shown when the server asks, whatever authorities it names; null for none
     */
    public static TlsClient with(HeldCertificate certificate) {
        return answering(() -> certificate);
    }

    /** {@return a client of the lane that decides anew each time that it is asked; null for no certificate} */
    public static TlsClient answering(Supplier<HeldCertificate> answers) {
        Lane lane = Lane.current();
        TlsClient client = TlsClient.trusting(TestPki.AUTHORITY).answering(answers);
        return lane.isPostHandshake() ? client.postHandshakeAuthentication() : client.protocols(lane.protocol());
    }

    /** {@return a connection of a client that shows this certificate, and resumes nothing; null for none} */
    public static TlsConnection connect(int port, HeldCertificate certificate) throws IOException {
        return open(with(certificate), port);
    }

    /** {@return a connection of a client that decides anew each time that it is asked} */
    public static TlsConnection connectAnswering(int port, Supplier<HeldCertificate> answers) throws IOException {
        return open(answering(answers), port);
    }

    /** {@return a connection whose TLS version was checked} */
    public static TlsConnection open(TlsClient client, int port) throws IOException {
        TlsConnection connection = client.connect(port);
        assertThat(connection.protocol()).isEqualTo(Lane.current().protocol());
        return connection;
    }
}

package dev.latchkey.it.clients;

import dev.latchkey.container.JettyBase;
import dev.latchkey.it.ServerParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The clients against TLS by OpenSSL: on TLS 1.3 by post-handshake authentication, where a client offers it, and on TLS
 * 1.2 by renegotiation.
 */
class OpenSslClientsIT extends EachClient {
    OpenSslClientsIT() {
        super("openssl");
    }

    @Override
    JettyBase base(Path directory) throws IOException {
        return ServerParts.openSslBase("12.1", directory);
    }

    @Override
    List<Expected> expected(Path kept, Path dir) throws IOException {
        List<Expected> all = new ArrayList<>();
        for (RealClient offering : List.of(
                new CurlClient(),
                new OpensslClient(true),
                new PythonClient(kept, true),
                new NssClient(dir, true),
                // On TLS 1.2 only because no ticket is given there: GnuTLS would wait for another in the renegotiation.
                new GnutlsClient(true))) {
            all.add(sendsWhatItHas("1.2", offering));
            all.add(sendsWhatItHas("1.3", offering));
        }
        // On TLS 1.2 there is nothing to offer.
        for (RealClient asItComes : List.of(
                new OpensslClient(false),
                new PythonClient(kept, false),
                new NssClient(dir, false),
                new GnutlsClient(false))) {
            all.add(always("1.3", Outcome.CLIENT_CANNOT, asItComes));
        }
        for (RealClient accepting : List.of(
                new GoClient(kept, "RenegotiateOnceAsClient", "once"),
                new GoClient(kept, "RenegotiateFreelyAsClient", "freely"),
                new UrlConnectionClient(),
                new JavaHttpClient(),
                new JettyClient(true),
                new BouncyCastleClient(true))) {
            all.add(sendsWhatFits("1.2", accepting));
            all.add(always("1.3", Outcome.CLIENT_CANNOT, accepting));
        }
        for (RealClient refusing : List.of(
                new GoClient(kept, "RenegotiateNever (default)", "never"),
                new JettyClient(false),
                new BouncyCastleClient(false))) {
            all.add(always("1.2", Outcome.CONNECTION_ENDS, refusing));
        }
        return all;
    }
}

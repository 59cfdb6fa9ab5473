package dev.latchkey.it.clients;

import dev.latchkey.container.JettyBase;
import dev.latchkey.it.ServerParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The clients against the JDK's TLS: on TLS 1.2 by renegotiation; on TLS 1.3 this engine can ask nobody. */
class RealClientsIT extends EachClient {
    RealClientsIT() {
        super("jdk");
    }

    @Override
    JettyBase base(Path directory) throws IOException {
        return ServerParts.base("12.1", directory);
    }

    @Override
    List<Expected> expected(Path kept, Path dir) throws IOException {
        return Stream.of(
                        sendsWhatItHas("1.2", new CurlClient()),
                        sendsWhatItHas("1.2", new OpensslClient(true)),
                        sendsWhatItHas("1.2", new PythonClient(kept, true)),
                        sendsWhatItHas("1.2", new NssClient(dir, true)),
                        sendsWhatItHas("1.2", new GnutlsClient(true)),
                        always(
                                "1.2",
                                Outcome.CONNECTION_ENDS,
                                new GoClient(kept, "RenegotiateNever (default)", "never")),
                        sendsWhatFits("1.2", new GoClient(kept, "RenegotiateOnceAsClient", "once")),
                        sendsWhatFits("1.2", new GoClient(kept, "RenegotiateFreelyAsClient", "freely")),
                        sendsWhatFits("1.2", new UrlConnectionClient()),
                        sendsWhatFits("1.2", new JavaHttpClient()),
                        always("1.2", Outcome.CONNECTION_ENDS, new JettyClient(false)),
                        sendsWhatFits("1.2", new JettyClient(true)),
                        always("1.2", Outcome.CONNECTION_ENDS, new BouncyCastleClient(false)),
                        sendsWhatFits("1.2", new BouncyCastleClient(true)))
                .flatMap(each -> Stream.of(each, always("1.3", Outcome.ENGINE_CANNOT, each.client())))
                .toList();
    }
}

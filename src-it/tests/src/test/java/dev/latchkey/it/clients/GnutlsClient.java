package dev.latchkey.it.clients;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** gnutls-cli, which offers post-handshake authentication or not. */
final class GnutlsClient implements RealClient {
    private final boolean offering;

    GnutlsClient(boolean offering) {
        this.offering = offering;
    }

    @Override
    public String name() {
        return "gnutls-cli" + (offering ? ", --post-handshake-auth" : ", as it comes");
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("gnutls-cli").toString(),
                "--port",
                String.valueOf(ask.port()),
                "--x509cafile",
                ask.authority().toString(),
                "--priority",
                "NORMAL:-VERS-ALL:+VERS-TLS" + ask.tls()));
        if (offering) {
            command.add("--post-handshake-auth");
        }
        if (ask.hasCertificate()) {
            command.addAll(List.of(
                    "--x509certfile",
                    ask.certificate().toString(),
                    "--x509keyfile",
                    ask.key().toString()));
        }
        command.add("localhost");
        return TalkingProgram.run(ask, command);
    }
}

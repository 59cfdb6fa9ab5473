package dev.latchkey.it.clients;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** openssl s_client, which offers post-handshake authentication or not. */
final class OpensslClient implements RealClient {
    private final boolean offering;

    OpensslClient(boolean offering) {
        this.offering = offering;
    }

    @Override
    public String name() {
        return "openssl s_client" + (offering ? ", -enable_pha" : ", as it comes");
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("openssl").toString(),
                "s_client",
                "-quiet",
                "-connect",
                "localhost:" + ask.port(),
                "-servername",
                "localhost",
                "-CAfile",
                ask.authority().toString(),
                "-verify_return_error",
                ask.tls().equals("1.2") ? "-tls1_2" : "-tls1_3"));
        if (offering) {
            command.add("-enable_pha");
        }
        if (ask.hasCertificate()) {
            command.addAll(List.of(
                    "-cert", ask.certificate().toString(), "-key", ask.key().toString()));
        }
        return TalkingProgram.run(ask, command);
    }
}

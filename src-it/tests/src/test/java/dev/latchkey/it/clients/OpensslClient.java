package dev.latchkey.it.clients;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** openssl s_client. */
final class OpensslClient implements RealClient {
    @Override
    public String name() {
        return "openssl s_client";
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
        if (ask.hasCertificate()) {
            command.addAll(List.of(
                    "-cert", ask.certificate().toString(), "-key", ask.key().toString()));
        }
        return TalkingProgram.run(ask, command);
    }
}

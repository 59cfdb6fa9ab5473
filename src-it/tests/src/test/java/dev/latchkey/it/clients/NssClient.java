package dev.latchkey.it.clients;

import dev.latchkey.it.NssDatabase;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** NSS's tstclnt, with a database of its own for each certificate; offers post-handshake authentication or not. */
final class NssClient implements RealClient {
    private final Path databases;
    private final boolean offering;

    NssClient(Path databases, boolean offering) {
        this.databases = databases;
        this.offering = offering;
    }

    @Override
    public String name() {
        return "NSS tstclnt" + (offering ? ", -E" : ", as it comes");
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                TestPrograms.require("tstclnt").toString(),
                // The server listens on IPv4.
                "-4",
                "-h",
                "localhost",
                "-p",
                String.valueOf(ask.port()),
                "-d",
                "sql:" + database(ask),
                "-V",
                "tls" + ask.tls() + ":tls" + ask.tls()));
        if (offering) {
            command.add("-E");
        }
        if (ask.hasCertificate()) {
            // The alias that the certificates' key stores use.
            command.addAll(List.of("-n", "key"));
        } else if (offering) {
            // It wants a name beside -E; there is nothing of this one.
            command.addAll(List.of("-n", "none"));
        }
        return TalkingProgram.run(ask, command);
    }

    private Path database(Ask ask) throws IOException {
        Path database = databases.resolve("nss-" + ask.who());
        if (!Files.exists(database)) {
            NssDatabase made = NssDatabase.in(database);
            if (ask.hasCertificate()) {
                made.importKeys(ask.keyStore());
            }
        }
        return database;
    }
}

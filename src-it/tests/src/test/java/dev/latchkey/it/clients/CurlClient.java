package dev.latchkey.it.clients;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** curl, two transfers in one run. */
final class CurlClient implements RealClient {
    @Override
    public String name() {
        return "curl";
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        String origin = "https://localhost:" + ask.port();
        List<String> command =
                new ArrayList<>(List.of(TestPrograms.require("curl").toString(), "-q"));
        command.addAll(options(ask));
        command.add(origin + Ask.OPEN);
        command.add("--next");
        command.addAll(options(ask));
        if (ask.isPost()) {
            command.addAll(List.of("--data", Ask.BODY));
        }
        command.add(origin + ask.path());
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        if (!result.err().startsWith("connects=1\nconnects=0\n")) {
            throw new IOException("Not on one connection: " + result);
        }
        return Answers.printed(result.out(), result.toString());
    }

    private static List<String> options(Ask ask) {
        List<String> options = new ArrayList<>(List.of(
                "-sS",
                "-i",
                "--http1.1",
                "--tlsv" + ask.tls(),
                "--tls-max",
                ask.tls(),
                "--cacert",
                ask.authority().toString(),
                "-w",
                "%{stderr}connects=%{num_connects}\\n"));
        if (ask.hasCertificate()) {
            options.addAll(List.of(
                    "--cert", ask.certificate().toString(), "--key", ask.key().toString()));
        }
        return options;
    }
}

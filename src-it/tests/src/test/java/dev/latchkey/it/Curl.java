package dev.latchkey.it;

import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs curl against one server with certificates from one directory. Immutable.
 *
 * <p>Its own configuration file is left out, so that what is given here is all that counts.
 */
public final class Curl {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path pki;
    private final String origin;
    private final List<String> options;

    private Curl(Path pki, String origin, List<String> options) {
        this.pki = pki;
        this.origin = origin;
        this.options = options;
    }

    /** {@return curl for {@code https://localhost:port}, which trusts the {@code ca.pem} of a directory} */
    public static Curl to(int port, Path pki) {
        return new Curl(
                pki,
                "https://localhost:" + port,
                List.of("--cacert", pki.resolve("ca.pem").toString()));
    }

    /** {@return the same with more options} */
    public Curl with(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new Curl(pki, origin, List.copyOf(all));
    }

    /** {@return the same on one TLS version, such as {@code 1.2}} */
    public Curl tls(String version) {
        return with("--tlsv" + version, "--tls-max", version);
    }

    /** {@return the same with a certificate and its key, of files such as {@code client.pem}} */
    public Curl certificate(String name) {
        return with(
                "--cert",
                pki.resolve(name + ".pem").toString(),
                "--key",
                pki.resolve(name + ".key").toString());
    }

    /** Requests one path; {@return the final answer, with its headers, to be read to its end} */
    public HttpAnswer get(String path) throws IOException {
        ProgramResult result = run("-i", path);
        if (result.exit() != 0 || result.timedOut()) {
            throw new IOException(result.toString());
        }
        return HttpAnswer.readFinal(new ByteArrayInputStream(
                result.out().replaceFirst("^HTTP/2 ", "HTTP/1.1 ").getBytes(StandardCharsets.UTF_8)));
    }

    /** Runs it; an argument that begins with a slash is a path of the server; {@return what it did} */
    public ProgramResult run(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(TestPrograms.require("curl").toString(), "-q", "-sS"));
        command.addAll(options);
        for (String argument : arguments) {
            command.add(argument.startsWith("/") ? origin + argument : argument);
        }
        return TestPrograms.run(TIMEOUT, new byte[0], command);
    }
}

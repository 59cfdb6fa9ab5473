package dev.latchkey.it.clients;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Go's crypto/tls, with one of its settings for renegotiation; the source is {@code clients/client.go}. */
final class GoClient implements RealClient {
    private final Path directory;
    private final String setting;
    private final String renegotiation;

    GoClient(Path directory, String setting, String renegotiation) {
        this.directory = directory;
        this.setting = setting;
        this.renegotiation = renegotiation;
    }

    @Override
    public String name() {
        return "Go crypto/tls, " + setting;
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(List.of(program().toString(), renegotiation));
        command.addAll(Resources.arguments(ask));
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        return Answers.printed(result.out(), result.toString());
    }

    private Path program() throws IOException {
        Path program = directory.resolve("go-client");
        if (!Files.exists(program)) {
            Path go = TestPrograms.requireOptional("go");
            Path source = Resources.copy("client.go", directory);
            ProcessBuilder builder =
                    new ProcessBuilder(go.toString(), "build", "-o", program.toString(), source.toString());
            builder.environment().put("GO111MODULE", "off");
            builder.environment().put("CGO_ENABLED", "0");
            ProgramResult built = TestPrograms.run(builder, Duration.ofMinutes(4), new byte[0]);
            if (!built.isSuccess()) {
                throw new IOException(built.toString());
            }
        }
        return program;
    }
}

package dev.latchkey.it.clients;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Python's ssl module; the script is {@code clients/client.py}. */
final class PythonClient implements RealClient {
    private final Path script;
    private final boolean offering;

    PythonClient(Path directory, boolean offering) throws IOException {
        this.offering = offering;
        script = Resources.copy("client.py", directory);
    }

    @Override
    public String name() {
        return "Python ssl" + (offering ? ", post_handshake_auth" : ", as it comes");
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(TestPrograms.require("python3").toString(), script.toString(), offering ? "yes" : "no"));
        command.addAll(Resources.arguments(ask));
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        return Answers.printed(result.out(), result.toString());
    }
}

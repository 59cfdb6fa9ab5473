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

    PythonClient(Path directory) throws IOException {
        script = Resources.copy("client.py", directory);
    }

    @Override
    public String name() {
        return "Python ssl";
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(TestPrograms.require("python3").toString(), script.toString()));
        command.addAll(Resources.arguments(ask));
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        return Answers.printed(result.out(), result.toString());
    }
}

package dev.latchkey.it.clients;

import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Bouncy Castle's JSSE, in a JVM of its own because what it accepts is a property of the JVM. */
final class BouncyCastleClient implements RealClient {
    private final boolean accepting;

    BouncyCastleClient(boolean accepting) {
        this.accepting = accepting;
    }

    @Override
    public String name() {
        return "Bouncy Castle JSSE, " + (accepting ? "acceptRenegotiation" : "as it comes");
    }

    @Override
    public Answers run(Ask ask) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1"));
        if (accepting) {
            command.add("-Dorg.bouncycastle.jsse.client.acceptRenegotiation=true");
        }
        command.add(BouncyCastleMain.class.getName());
        command.addAll(List.of(
                String.valueOf(ask.port()),
                ask.pki().toString(),
                ask.tls(),
                ask.method(),
                ask.path(),
                ask.who().name()));
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        return Answers.printed(result.out(), result.err());
    }
}

package dev.latchkey.it.http3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.LogProblems;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/3 forbids to ask as HTTP/2 does, and has no reset that sends a client back: a status says it. */
class Http3IT {
    @TempDir
    Path dir;

    private JettyBase base() throws IOException {
        return ServerParts.base("12.1", dir.resolve("base"))
                .modules("http3", "quiche-jna")
                .overlay(Http3Parts.overlay(dir))
                .property("jetty.quic.host", "127.0.0.1")
                .property("jetty.quic.port", "0");
    }

    /** {@return the answers to requests on one connection: {@code METHOD PATH}, all for localhost unless one is named} */
    private static List<String> ask(JettyHomeRun server, String... requests) throws IOException {
        int port = server.port("h3");
        List<String> command = new ArrayList<>(Http3Parts.client(port, "localhost"));
        for (String request : requests) {
            String[] words = request.split(" ");
            String host = words.length > 2 ? words[2] : "localhost";
            command.add(words[0] + " " + host + ":" + port + " " + words[1]);
        }
        ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), new byte[0], command);
        if (!result.isSuccess()) {
            throw new IOException(result.toString());
        }
        return Arrays.asList(result.out().split("\f"));
    }

    @Test
    void aStepUpIsAnswered421WithTheReasonAndTheConnectionLives() throws Exception {
        try (JettyHomeRun server = base().property("latchkey.hosts", "cert.example.org")
                .property("latchkey.paths", "/step-up/open/*")
                .property("latchkey.pathsPresence", "want")
                .logFile(ServerParts.target().resolve("home-http3.log"))
                .start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            int position = server.log().position();
            List<String> answers = ask(
                    server,
                    "GET /step-up/",
                    "GET /step-up/secure",
                    "POST /step-up/secure",
                    "GET /step-up/async",
                    "POST /step-up/async",
                    "GET /step-up/guarded",
                    "GET /step-up/open",
                    "GET /step-up/ cert.example.org",
                    "GET /step-up/");
            for (String page : List.of(answers.get(0), answers.get(8))) {
                assertThat(page).startsWith("status=200\n").contains("HTTP/3.0", "None is known");
            }
            for (String asking : answers.subList(1, 5)) {
                assertThat(asking)
                        .startsWith("status=421\n")
                        .contains("reason=http-version\n", "code=LK103\n", "httpVersion=HTTP/3.0\n");
            }
            for (String guarded : answers.subList(5, 7)) {
                assertThat(guarded)
                        .as("by annotation, by path")
                        .startsWith("status=421\n")
                        .contains("LK103");
            }
            assertThat(answers.get(7))
                    .as("a host that asks in the first handshake, which was none of ours")
                    .startsWith("status=421\n")
                    .doesNotContain("LK103");
            assertThat(LogProblems.in(server.log().from(position))).isEmpty();
        }
    }

    @Test
    void anotherStatusOrAHostThatAsksCanBeSetInstead() throws Exception {
        try (JettyHomeRun server = base().property("latchkey.http3", "403")
                .property("latchkey.redirectHost", "cert.example.org:443")
                .logFile(ServerParts.target().resolve("home-http3-set.log"))
                .start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            List<String> answers = ask(server, "POST /step-up/secure", "GET /step-up/secure?x=1", "GET /step-up/open");
            assertThat(answers.get(0)).startsWith("status=403\n").contains("reason=http-version\n");
            assertThat(answers.get(1))
                    .isEqualTo("status=307\nlocation=https://cert.example.org:443/step-up/secure?x=1\n");
            assertThat(answers.get(2)).startsWith("status=200\n");
        }
    }
}

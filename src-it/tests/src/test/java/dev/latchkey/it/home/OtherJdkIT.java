package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.InstalledJdk;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.TlsConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job once on another JDK than the one that the tests run on. */
class OtherJdkIT {
    @TempDir
    Path dir;

    @Test
    void theModuleStepsUpOnAnotherJdk() throws Exception {
        InstalledJdk jdk = InstalledJdk.other();
        try (JettyHomeRun server = ServerParts.base("12.1", dir.resolve("base"))
                .java(jdk.java())
                .modules("jmx")
                .logFile(ServerParts.target().resolve("home-jdk-" + jdk.feature() + ".log"))
                .start()) {
            server.deploy("step-up", ServerParts.part("step-up.war"));
            try (StatisticsBean statistics = StatisticsBean.of(server.pid())) {
                assertThat(statistics.javaVersion().feature()).isEqualTo(jdk.feature());
            }
            for (String path : new String[] {"/step-up/secure", "/step-up/async"}) {
                try (TlsConnection connection =
                        ServerParts.tls12WithAlice().forgetful().connect(server.httpsPort())) {
                    assertThat(connection.get("/step-up/open").values())
                            .contains(entry("subject", ""), entry("protocol", "TLSv1.2"));
                    assertThat(connection
                                    .post(path, "a body".getBytes(StandardCharsets.US_ASCII))
                                    .values())
                            .contains(
                                    entry("subject", ServerParts.ALICE),
                                    entry("mechanism", "renegotiation"),
                                    entry("bodyBytes", "6"));
                }
            }
        }
    }
}

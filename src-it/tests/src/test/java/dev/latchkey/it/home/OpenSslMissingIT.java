package dev.latchkey.it.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.latchkey.container.JettyBase;
import dev.latchkey.container.JettyHomeException;
import dev.latchkey.container.JettyHomeRun;
import dev.latchkey.it.InstalledJdk;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.TlsClient;
import dev.latchkey.testkit.TlsConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real jetty-home with the module latchkey-openssl says when it starts, where OpenSSL or Java is not what it
 * needs, and where it is found in an unusual place.
 */
class OpenSslMissingIT {
    private static final String REQUIRED = "latchkey.openssl.required=true";
    private static final Path LOG = ServerParts.target().resolve("home-openssl-missing.log");
    private static final String INSTEAD = "The JDK's TLS is used instead";

    @TempDir
    static Path dir;

    private static JettyBase base;

    @BeforeAll
    static void describe() throws IOException {
        base = newBase("base");
    }

    private static JettyBase newBase(String name) throws IOException {
        return ServerParts.base("12.1", dir.resolve(name))
                .modules("latchkey-openssl")
                .logFile(LOG);
    }

    private static JettyBase onNewJava() {
        return base.java(InstalledJdk.atLeast(22).java());
    }

    private static List<String> and(List<String> arguments, String more) {
        return Stream.concat(arguments.stream(), Stream.of(more)).toList();
    }

    private static void assertServesByTheJdksTls(JettyHomeRun server, String missing) throws IOException {
        assertThat(server.log().from(0))
                .filteredOn(line -> line.contains(INSTEAD))
                .singleElement()
                .asString()
                .contains(":WARN :")
                .contains(missing)
                .contains(REQUIRED);
        for (String tls : List.of("TLSv1.2", "TLSv1.3")) {
            try (TlsConnection connection = TlsClient.trusting(ServerParts.authority())
                    .protocols(tls)
                    .serverName("localhost")
                    .connect(server.httpsPort())) {
                assertThat(connection.get("/").status()).isEqualTo(404);
            }
        }
    }

    private static void assertRefuses(List<String> arguments, String... said) throws IOException {
        assertThatThrownBy(() -> base.start(arguments).close())
                .isInstanceOf(JettyHomeException.class)
                .hasMessageContaining("The process ended");
        assertThat(Files.readString(LOG)).contains(said);
    }

    @Test
    void onAnOlderJavaItStartsWithTheJdksTlsAndSaysWhatIsMissing() throws Exception {
        InstalledJdk old = InstalledJdk.before(22);
        try (JettyHomeRun server = base.java(old.java()).start(List.of())) {
            assertServesByTheJdksTls(server, "TLS by OpenSSL needs Java 22 or later; this is Java " + old.feature());
        }
    }

    @Test
    void onAnOlderJavaItDoesNotStartWhereItIsRequired() throws Exception {
        InstalledJdk old = InstalledJdk.before(22);
        base.java(old.java());
        assertRefuses(
                List.of(REQUIRED),
                ":ERROR:dlo.OpenSslModule:main: TLS by OpenSSL needs Java 22 or later; this is Java " + old.feature(),
                "The server does not start, because " + REQUIRED);
    }

    @Test
    void aLibraryThatIsAnotherOneIsNamed() throws Exception {
        Path crypto = systemLibrary("libcrypto");
        List<String> same = List.of("latchkey.openssl.libssl=" + crypto, "latchkey.openssl.libcrypto=" + crypto);
        try (JettyHomeRun server = onNewJava().start(same)) {
            assertServesByTheJdksTls(server, crypto + " is not OpenSSL's libssl");
        }
    }

    @Test
    void aLibraryThatIsNotThereIsNamedAndWhereItIsRequiredNothingStarts() throws Exception {
        String nowhere = dir.resolve("libnone.so").toString();
        onNewJava();
        assertRefuses(
                List.of("latchkey.openssl.libssl=" + nowhere, "latchkey.openssl.libcrypto=" + nowhere, REQUIRED),
                "cannot load " + nowhere + ", given by latchkey.openssl.libcrypto",
                "The server does not start, because " + REQUIRED);
    }

    @Test
    void anUnknownValueEndsTheStart() throws Exception {
        onNewJava();
        assertRefuses(
                List.of("latchkey.openssl.required=perhaps"),
                "latchkey.openssl.required=perhaps: it must be true or false");
    }

    @Test
    void librariesOfAnyNameAreUsedByTheirFullPath() throws Exception {
        Path ssl = Files.copy(systemLibrary("libssl"), dir.resolve("one.bin"));
        Path crypto = Files.copy(systemLibrary("libcrypto"), dir.resolve("two.bin"));
        List<String> paths = List.of("latchkey.openssl.libssl=" + ssl, "latchkey.openssl.libcrypto=" + crypto);
        try (JettyHomeRun server = onNewJava().start(and(paths, REQUIRED))) {
            assertThat(server.log().from(0)).anyMatch(line -> line.contains("TLS by OpenSSL 3."));
            String maps = Files.readString(Path.of("/proc", String.valueOf(server.pid()), "maps"));
            assertThat(maps).contains(ssl.toString(), crypto.toString()).doesNotContain("libssl.so", "libcrypto.so");
            try (TlsConnection connection = TlsClient.trusting(ServerParts.authority())
                    .protocols("TLSv1.3")
                    .serverName("localhost")
                    .connect(server.httpsPort())) {
                assertThat(connection.get("/").status()).isEqualTo(404);
            }
        }
    }

    /** The file that the program openssl is linked with. */
    private static Path systemLibrary(String name) throws IOException {
        String openssl = TestPrograms.require("openssl").toString();
        ProgramResult linked = TestPrograms.run(
                Duration.ofSeconds(30), TestPrograms.require("ldd").toString(), openssl);
        return linked.out()
                .lines()
                .filter(line -> line.contains(name) && line.contains("=> /"))
                .map(line -> Path.of(line.replaceFirst(".*=> (\\S+).*", "$1")))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + ": " + linked));
    }

    /** As the comment in the module's ini file has it. */
    @Test
    void javaWarnsOnceOfNativeAccessUnlessToldByTheTwoLinesOfTheIniFile() throws Exception {
        int feature = InstalledJdk.atLeast(22).feature();
        try (JettyHomeRun server = onNewJava().start(List.of(REQUIRED))) {
            assertThat(server.log().from(0))
                    .filteredOn(line -> line.contains("Use --enable-native-access=ALL-UNNAMED"))
                    .hasSize(feature >= 24 ? 1 : 0);
        }
        List<String> lines = List.of("--exec", "--enable-native-access=ALL-UNNAMED", REQUIRED);
        try (JettyHomeRun server = onNewJava().start(lines)) {
            assertThat(server.log().from(0))
                    .anyMatch(line -> line.contains("TLS by OpenSSL 3."))
                    .noneMatch(line -> line.contains("native-access"));
        }
    }

    @Test
    void aJavaThatDeniesNativeAccessIsToldWhatToDo() throws Exception {
        InstalledJdk jdk = InstalledJdk.atLeast(22);
        assumeTrue(jdk.feature() >= 24, "left out: denying native access needs a JDK 24, and the newest is " + jdk);
        try (JettyHomeRun server = newBase("deny")
                .java(jdk.java())
                .jvmArguments("--illegal-native-access=deny")
                .start()) {
            assertServesByTheJdksTls(server, "denies native access; start it with --enable-native-access=ALL-UNNAMED");
        }
    }
}

package dev.latchkey.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.it.InstalledJdk;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.ProgramResult;
import dev.latchkey.testkit.TestPrograms;
import dev.latchkey.testkit.kerberos.KerberosPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.SignatureException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script as a process: its options, the files that it makes, and how it ends. Where there is a Java 22 or later its
 * servers run on that and on this one: the double hop of the example impersonation as well.
 */
class DemoScriptIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int DEFAULT_PORT = 8443;
    private static final String ALICE = "subject=CN=alice,O=Latchkey demo\n";
    /** What the answer to each printed line holds, in their order. */
    private static final List<String> PRINTED_FOR_THE_JDK = List.of(
            "subject=\n",
            ALICE,
            "bodyBytes=6\n",
            "reason=no-certificate\n",
            "reason=untrusted\n",
            "reason=engine-cannot\n");

    private static final List<String> PRINTED_FOR_OPENSSL = List.of(
            "subject=\n",
            ALICE,
            ALICE,
            "bodyBytes=6\n",
            "bodyBytes=6\n",
            "reason=no-certificate\n",
            "reason=untrusted\n");

    /** And where the demo has accounts of its own, after those. */
    private static final List<String> PRINTED_FOR_PASSWORDS =
            List.of("This is a file of alice on the first", "The operating system does not let alice read this");

    private static final List<String> PRINTED_FOR_KERBEROS = List.of(
            "This is a file of alice on the first",
            "The operating system does not let alice read this",
            "The files of alice, read as alice by",
            "This is a file of bob on the second",
            "notes.txt says:\nThe operating system does not let alice read this",
            "The second server was not asked: LK651");

    @TempDir
    Path dir;

    @BeforeAll
    static void requireTheProgramsOfARealm() {
        if ("root".equals(System.getProperty("user.name"))) {
            TestPrograms.require("MIT's KDC (src-it/kdc-packages)", KerberosPrograms.mit());
        }
    }

    @Test
    void withItsDefaultPortTakenItServesOnAnotherAndSigtermLeavesNothingBehind() throws Exception {
        Path files = dir.resolve("first with a blank");
        try (ServerSocket taken = takeDefaultPort();
                Demo demo = Demo.start(files, "--engine", "jdk")) {
            assertThat(demo.port()).isNotEqualTo(DEFAULT_PORT);
            assertThat(demo.output()).anyMatch(line -> line.contains("Port 8443 is taken"));
            assertThat(demo.withClient().get("/step-up/secure").values()).containsEntry("protocol", "TLSv1.2");
            assertThatTheFilesAreThere(files);
            assertThat(demo.output()).anyMatch(line -> line.startsWith("TLS by Java "));
            assertThatThePrintedLinesWork(demo, PRINTED_FOR_THE_JDK, PRINTED_FOR_KERBEROS);

            List<ProcessHandle> processes = demo.processes();
            assertThat(processes).hasSizeGreaterThan(1);
            assertThat(demo.terminate()).isEqualTo(143);
            await().atMost(SOON).until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            try (Stream<Path> left = Files.list(files)) {
                assertThat(left.filter(Files::isDirectory))
                        .as("the run's own base")
                        .isEmpty();
            }
        }
        FileTime made = Files.getLastModifiedTime(files.resolve("client.pem"));
        byte[] client = Files.readAllBytes(files.resolve("client.pem"));
        int port = Demo.freePort();
        try (Demo again = Demo.start(files, "--port", String.valueOf(port))) {
            assertThat(again.port()).isEqualTo(port);
            assertThat(again.output()).anyMatch(line -> line.startsWith("Built already"));
            assertThat(Files.getLastModifiedTime(files.resolve("client.pem"))).isEqualTo(made);
            assertThat(Files.readAllBytes(files.resolve("client.pem"))).isEqualTo(client);
            assertThatItTakesOpenSslWhereItCan(again);
            again.terminate();
        }
    }

    /** Takes it, unless somebody has done so already. */
    private static ServerSocket takeDefaultPort() throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), DEFAULT_PORT));
        } catch (BindException e) {
            assertThat(e).hasMessageContaining("in use");
        }
        return socket;
    }

    private static void assertThatTheFilesAreThere(Path files) throws Exception {
        HeldCertificate authority = HeldCertificate.read(files.resolve("ca.pem"), files.resolve("ca.key"));
        HeldCertificate client = HeldCertificate.read(files.resolve("client.pem"), files.resolve("client.key"));
        client.certificate().verify(authority.keys().getPublic());
        HeldCertificate stranger = HeldCertificate.read(files.resolve("stranger.pem"), files.resolve("stranger.key"));
        assertThatThrownBy(() -> stranger.certificate().verify(authority.keys().getPublic()))
                .isInstanceOf(SignatureException.class);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(files.resolve("client.p12"))) {
            store.load(in, "latchkey".toCharArray());
        }
        assertThat(store.getCertificateAlias(client.certificate())).isNotNull();
    }

    private static void assertThatItTakesOpenSslWhereItCan(Demo demo) throws IOException {
        Optional<InstalledJdk> jdk = InstalledJdk.find(22);
        if (jdk.isPresent()) {
            assertThat(demo.output())
                    .anyMatch(line -> line.startsWith("TLS by OpenSSL 3.")
                            && line.contains("on Java " + jdk.get().feature() + " in "));
            assertThatThePrintedLinesWork(demo, PRINTED_FOR_OPENSSL, PRINTED_FOR_KERBEROS);
        } else {
            assertThat(demo.output())
                    .anyMatch(line -> line.startsWith("TLS by Java ") && line.contains("needs Java 22 or later"));
            assertThatThePrintedLinesWork(demo, PRINTED_FOR_THE_JDK, PRINTED_FOR_KERBEROS);
        }
    }

    /** Each printed line that runs curl is given to a shell, as a user pastes it. */
    private static void assertThatThePrintedLinesWork(Demo demo, List<String> expected, List<String> asRoot)
            throws IOException {
        List<String> lines = demo.output().stream()
                .map(String::strip)
                .filter(line -> line.startsWith("curl ") || line.startsWith("KRB5_CONFIG="))
                .toList();
        List<String> all = new ArrayList<>(expected);
        if ("root".equals(System.getProperty("user.name"))) {
            all.addAll(asRoot);
        } else {
            assertThat(demo.output()).anyMatch(line -> line.startsWith("Left out: the example impersonation"));
        }
        assertThat(lines).hasSameSizeAs(all);
        for (int i = 0; i < lines.size(); i++) {
            ProgramResult result = TestPrograms.run(Duration.ofSeconds(60), "sh", "-c", lines.get(i));
            assertThat(result.isSuccess()).as(result.toString()).isTrue();
            assertThat(result.out().replace("\r", "")).as(lines.get(i)).contains(all.get(i));
        }
    }

    @Test
    void aTakenPortThatWasGivenIsAnError() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ProgramResult result =
                    run("--dir", dir.resolve("x").toString(), "--port", String.valueOf(taken.getLocalPort()));
            assertThat(result.timedOut()).isFalse();
            assertThat(result.exit()).isNotZero();
            assertThat(result.err()).contains("port " + taken.getLocalPort() + " is taken");
            assertThat(result.out()).doesNotContain("Ready");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port=1",
                "--port 0",
                "--port 65536",
                "--port x",
                "--deadline 0",
                "--deadline -1",
                "--dir",
                "--engine java",
                "--login ntlm",
                "--property latchkey.bodyLimit",
                "--what"
            })
    void aWrongArgumentIsNamedAndNothingIsStarted(String arguments) throws Exception {
        ProgramResult result = run(arguments.split(" "));
        assertThat(result.timedOut()).isFalse();
        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains(arguments.split(" ")[0]).contains("Usage:");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void whereARealmCannotBeHadItSaysSoAndTakesPasswords() throws Exception {
        TestPrograms.requireRoot("the demo's example impersonation");
        // A home for its programs, where nothing can be put.
        Path nowhere = Files.writeString(dir.resolve("cache"), "");
        ProcessBuilder required = Demo.script(List.of("--dir", dir.resolve("x").toString(), "--login", "kerberos"));
        required.environment().put("XDG_CACHE_HOME", nowhere.toString());
        ProgramResult result = TestPrograms.run(required, Duration.ofMinutes(10), new byte[0]);
        assertThat(result.exit()).as(result.toString()).isEqualTo(1);
        assertThat(result.err()).contains("demo: --login kerberos: ");
        try (Demo demo = Demo.start(
                dir.resolve("y"),
                Map.of("XDG_CACHE_HOME", nowhere.toString()),
                "--port",
                String.valueOf(Demo.freePort()))) {
            assertThat(demo.output()).anyMatch(line -> line.startsWith("Left out: Kerberos and the second server"));
            assertThatThePrintedLinesWork(
                    demo,
                    demo.output().stream().anyMatch(line -> line.startsWith("TLS by OpenSSL"))
                            ? PRINTED_FOR_OPENSSL
                            : PRINTED_FOR_THE_JDK,
                    PRINTED_FOR_PASSWORDS);
            demo.terminate();
        }
    }

    private static ProgramResult run(String... arguments) throws IOException {
        return TestPrograms.run(Demo.script(List.of(arguments)), SOON, new byte[0]);
    }
}

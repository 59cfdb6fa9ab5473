package dev.latchkey.openssl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where OpenSSL is looked for, and what is said when it cannot be used. */
class AvailabilityTest {
    @TempDir
    Path directory;

    /** Says what is missing, in a JVM of its own. */
    public static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) {
            System.out.println("problem=" + OpenSsl.problem().orElse("none"));
            try {
                System.out.println("registered=" + OpenSsl.register().getInfo());
            } catch (IllegalStateException e) {
                System.out.println("refused=" + e.getMessage());
            }
        }
    }

    private String probe(String... options) throws Exception {
        return Programs.run(directory, command(options));
    }

    private static List<String> command(String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java") + "",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(Arrays.asList(options));
        command.add(Probe.class.getName());
        return command;
    }

    /** It loads, but no connection could ever be made: then it is missing, and a server may go on without it. */
    @Test
    void anOpenSslThatItsConfigurationMakesUselessIsAProblem() throws Exception {
        Path configuration = Files.writeString(
                directory.resolve("openssl.cnf"),
                String.join(
                        "\n",
                        "openssl_conf = all",
                        "[all]",
                        "providers = providers",
                        "[providers]",
                        "null = null",
                        "[null]",
                        "activate = 1",
                        ""));
        List<String> command = command();
        command.add(0, "OPENSSL_CONF=" + configuration);
        command.add(0, "env");
        assertThat(Programs.run(directory, command))
                .contains("problem=OpenSSL 3.")
                .contains("cannot be used")
                .doesNotContain("problem=none")
                .doesNotContain("registered=");
    }

    @Test
    void theSystemsOwnLibraryIsFound() throws Exception {
        assertThat(OpenSsl.problem()).isEmpty();
        assertThat(OpenSsl.register()).isSameAs(OpenSsl.register());
        assertThat(OpenSsl.register().getInfo()).startsWith("TLS by OpenSSL 3.");
        assertThat(Security.getProvider(OpenSsl.PROVIDER_NAME)).isNotNull();
        for (String name : List.of("TLS", "TLSv1.2", "TLSv1.3", "Default")) {
            assertThat(SSLContext.getInstance(name, OpenSsl.PROVIDER_NAME)
                            .getProvider()
                            .getName())
                    .isEqualTo(OpenSsl.PROVIDER_NAME);
        }
        // Nobody gets it who did not name it.
        assertThat(SSLContext.getInstance("TLS").getProvider().getName()).isEqualTo("SunJSSE");
    }

    @Test
    void whatIsMissingIsSaidInOneLine() throws Exception {
        Path missing = directory.resolve("libnone.so");
        String said = probe("-D" + OpenSsl.LIBCRYPTO_PROPERTY + "=" + missing);
        assertThat(said)
                .contains("problem=OpenSSL 3 is not usable: cannot load " + missing + ", given by "
                        + OpenSsl.LIBCRYPTO_PROPERTY)
                .contains("refused=OpenSSL 3 is not usable: cannot load " + missing);
        assertThat(said.lines()).hasSize(2);
    }

    /** A library of any name, by its full path. */
    @Test
    void aFullPathIsTaken() throws Exception {
        String maps = Files.readString(Path.of("/proc/self/maps"));
        String crypto = loaded(maps, "libcrypto");
        String ssl = loaded(maps, "libssl");
        String said =
                probe("-D" + OpenSsl.LIBCRYPTO_PROPERTY + "=" + crypto, "-D" + OpenSsl.LIBSSL_PROPERTY + "=" + ssl);
        assertThat(said).contains("problem=none").contains("registered=TLS by OpenSSL 3.");
    }

    private static String loaded(String maps, String name) {
        return maps.lines()
                .filter(line -> line.contains("/" + name))
                .map(line -> line.substring(line.indexOf('/')))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void fileNamesAreThePlatformsOwn() {
        assertThat(Native.fileNames("Linux", "amd64", "ssl")).containsExactly("libssl.so.3");
        assertThat(Native.fileNames("Mac OS X", "aarch64", "crypto")).containsExactly("libcrypto.3.dylib");
        assertThat(Native.fileNames("Windows Server 2022", "amd64", "ssl"))
                .containsExactly("libssl-3-x64.dll", "libssl-3.dll");
        assertThat(Native.fileNames("Windows 11", "aarch64", "ssl"))
                .containsExactly("libssl-3-arm64.dll", "libssl-3.dll");
    }
}

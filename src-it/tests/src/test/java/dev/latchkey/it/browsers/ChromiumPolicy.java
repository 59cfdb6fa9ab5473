package dev.latchkey.it.browsers;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The policy by which Chromium chooses a certificate without asking its user, for one port. Chromium reads policies from
 * one place of the system only; closing this removes ours from there.
 */
final class ChromiumPolicy implements AutoCloseable {
    private static final Path POLICIES = Path.of("/etc/chromium/policies/managed");

    private final Path file;

    private ChromiumPolicy(Path file) {
        this.file = file;
    }

    /** {@return the policy, in force for browsers that start from now on; who may not write it does without the test} */
    static ChromiumPolicy selectFor(int port) throws IOException {
        Path directory = TestPrograms.require("a writable " + POLICIES, writable());
        Path file = directory.resolve("latchkey-test-" + ProcessHandle.current().pid() + ".json");
        Files.writeString(
                file,
                "{\"AutoSelectCertificateForUrls\":[\"{\\\"pattern\\\":\\\"https://localhost:" + port
                        + "\\\",\\\"filter\\\":{}}\"]}");
        return new ChromiumPolicy(file);
    }

    private static Optional<Path> writable() {
        try {
            Files.createDirectories(POLICIES);
            return Files.isWritable(POLICIES) ? Optional.of(POLICIES) : Optional.empty();
        } catch (IOException x) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}

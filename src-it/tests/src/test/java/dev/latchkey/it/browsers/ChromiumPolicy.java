package dev.latchkey.it.browsers;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The policy by which Chromium chooses a certificate without asking its user, for one port. Chromium reads policies from
 * one place of the system only; closing this removes ours from there. Of several files the browser takes one, so tests
 * that run elsewhere on this machine at the same time wait for each other.
 */
final class ChromiumPolicy implements AutoCloseable {
    private static final Path POLICIES = Path.of("/etc/chromium/policies/managed");

    private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "latchkey-chromium-policy.lock");

    private final Path file;
    private final FileChannel lock;

    private ChromiumPolicy(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
    }

    /** {@return the policy, in force for browsers that start from now on; who may not write it does without the test} */
    static ChromiumPolicy selectFor(int port) throws IOException {
        Path directory = TestPrograms.require("a writable " + POLICIES, writable());
        Path file = directory.resolve("latchkey-test-" + ProcessHandle.current().pid() + ".json");
        FileChannel lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock.lock(); // until it is closed, or the process has ended
            Files.writeString(
                    file,
                    "{\"AutoSelectCertificateForUrls\":[\"{\\\"pattern\\\":\\\"https://localhost:" + port
                            + "\\\",\\\"filter\\\":{}}\"]}");
            return new ChromiumPolicy(file, lock);
        } catch (IOException | RuntimeException x) {
            lock.close();
            throw x;
        }
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
        try (lock) {
            Files.deleteIfExists(file);
        }
    }
}

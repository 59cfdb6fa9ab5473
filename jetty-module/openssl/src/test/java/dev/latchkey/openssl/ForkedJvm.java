package dev.latchkey.openssl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of these tests in a JVM of its own, so that one that crashes is a failure and not the end of all. */
final class ForkedJvm {
    private ForkedJvm() {}

    /** What it came to. */
    record Ended(int status, String said) {}

    /** Runs until it ends, at most so long. The directory takes what a crash leaves. */
    static Ended run(Path directory, Class<?> main, long seconds, Map<String, String> environment, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-XX:ErrorFile=" + directory.resolve("crash.log"));
        command.add("-XX:-CreateCoredumpOnCrash");
        for (String property : List.of(OpenSsl.LIBSSL_PROPERTY, OpenSsl.LIBCRYPTO_PROPERTY)) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Path said = Files.createTempFile(directory, "said", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
            return new Ended(ended ? process.exitValue() : -1, Files.readString(said, StandardCharsets.ISO_8859_1));
        } finally {
            process.destroyForcibly();
        }
    }
}

package dev.latchkey.it.demo;

import dev.latchkey.it.Curl;
import dev.latchkey.it.ServerParts;
import dev.latchkey.testkit.TestPrograms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A run of the script, ended with all its processes by {@link #close()}. One thread. */
final class Demo implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("Ready\\b.*https://localhost:(\\d+)/step-up/.*");

    private final Process process;
    private final Path dir;
    private final List<String> output;
    private final int port;

    private Demo(Process process, Path dir, List<String> output, int port) {
        this.process = process;
        this.dir = dir;
        this.output = output;
        this.port = port;
    }

    /** {@return the script with these arguments, not started} */
    static ProcessBuilder script(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(ServerParts.root().resolve("examples/demo/run").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder;
    }

    /** Starts it; {@return it once it has said that it is ready} */
    static Demo start(Path dir, String... arguments) throws IOException {
        return start(dir, Map.of(), arguments);
    }

    /** As {@link #start(Path, String...)}, with these variables in its environment. */
    static Demo start(Path dir, Map<String, String> environment, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("--dir", dir.toString()));
        all.addAll(List.of(arguments));
        Path log = Files.createDirectories(ServerParts.target().resolve("demo")).resolve(dir.getFileName() + ".err");
        ProcessBuilder script = script(all).redirectError(log.toFile());
        script.environment().putAll(environment);
        Process process = script.start();
        List<String> output = new ArrayList<>();
        try {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            // The script builds for as long as it takes; Failsafe's own limit, and the end of the output, bound this.
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Matcher ready = READY.matcher(line);
                if (ready.matches()) {
                    return new Demo(process, dir, List.copyOf(output), Integer.parseInt(ready.group(1)));
                }
            }
            throw new IOException(
                    "The demo ended before it was ready:\n" + String.join("\n", output) + "\n" + Files.readString(log));
        } catch (IOException | RuntimeException e) {
            TestPrograms.killTree(process);
            throw e;
        }
    }

    /** {@return a port that was free a moment ago} */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /** {@return what it said, up to the line that begins with Ready} */
    List<String> output() {
        return output;
    }

    /** {@return the script's process with all that it started} */
    List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        return all;
    }

    /** Sends SIGTERM; {@return the exit code} */
    int terminate() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IOException("The demo did not stop within 60 s of SIGTERM");
        }
        return process.exitValue();
    }

    /** {@return curl that trusts the demo's authority} */
    Curl curl() {
        return Curl.to(port, dir);
    }

    /** {@return curl on TLS 1.2 with the demo's client certificate} */
    Curl withClient() {
        return curl().tls("1.2").certificate("client");
    }

    @Override
    public void close() {
        TestPrograms.killTree(process);
    }
}

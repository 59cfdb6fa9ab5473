package dev.latchkey.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.TestPrograms;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two users and the other application's static file, a hundred requests at a time, on the demo: nobody gets another's, and
 * afterwards every thread of the server has the server's ids.
 *
 * <p>Lasts {@code -Ddemo.load.seconds}; minutes are for a machine that has nothing else to do.
 */
class DemoLoadIT {
    private static final Duration LOAD = Duration.ofSeconds(Integer.getInteger("demo.load.seconds", 8));
    private static final int AT_ONCE = 100;
    private static final Set<String> IDENTITY_LINES =
            Set.of("Uid:", "Gid:", "Groups:", "CapEff:", "CapPrm:", "CapInh:");

    /** A request and what its answer is to be. */
    private record Ask(String user, String path, int status, String text) {}

    private static final List<Ask> ASKS = List.of(
            new Ask("alice", "/impersonation/alice/notes.txt", 200, "This is a file of alice on the first"),
            new Ask("bob", "/impersonation/bob/notes.txt", 200, "This is a file of bob on the first"),
            new Ask("alice", "/impersonation/bob/notes.txt", 403, "does not let alice read this"),
            new Ask("", "/step-up/style.css", 200, "{"));

    @TempDir
    Path dir;

    private final Map<String, Integer> wrong = new TreeMap<>();
    private final Semaphore room = new Semaphore(AT_ONCE);

    @Test
    void nobodyGetsAnothersAndNoThreadStaysAUser() throws Exception {
        TestPrograms.requireRoot("the demo's accounts");
        Path files = dir.resolve("load");
        try (Demo demo = Demo.start(files, "--engine", "jdk", "--login", "password")) {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusting(files.resolve("ca.pem")))
                    .build();
            int sent = 0;
            // A busy machine may need all of the time for the first hundred handshakes.
            for (long end = System.nanoTime() + LOAD.toNanos(); sent < 2 * AT_ONCE || System.nanoTime() < end; sent++) {
                send(client, demo.port(), ASKS.get(sent % ASKS.size()));
            }
            room.acquire(AT_ONCE);
            System.out.println(sent + " requests, " + AT_ONCE + " at a time");
            assertThat(wrong).isEmpty();
            List<ProcessHandle> servers = demo.processes().stream()
                    .filter(process -> process.info().command().orElse("").endsWith("/java"))
                    .toList();
            assertThat(servers).isNotEmpty();
            for (ProcessHandle server : servers) {
                await().untilAsserted(() -> assertThat(others(server.pid())).isEmpty());
            }
        }
    }

    private void send(HttpClient client, int port, Ask ask) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + ask.path()))
                .timeout(Duration.ofMinutes(4));
        if (!ask.user().isEmpty()) {
            String login = ask.user() + ":latchkey";
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        }
        room.acquire();
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request.build(), BodyHandlers.ofString());
        answer.whenComplete((response, failure) -> {
            if (failure != null) {
                note(ask + " failed: " + failure);
            } else if (response.statusCode() != ask.status() || !response.body().contains(ask.text())) {
                note(ask + " got " + response.statusCode() + " " + response.body());
            }
            room.release();
        });
    }

    private void note(String what) {
        synchronized (wrong) {
            wrong.merge(what, 1, Integer::sum);
        }
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        try (InputStream in = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "demo", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    /** {@return the threads of a process that are not what the process is} */
    private static List<String> others(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> own = identity(process.resolve("status"));
        List<String> others = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            for (Path task : tasks.toList()) {
                try {
                    if (!identity(task.resolve("status")).equals(own)) {
                        others.add(Files.readString(task.resolve("comm")).strip());
                    }
                } catch (IOException e) {
                    // It has ended.
                }
            }
        }
        return others;
    }

    private static Set<String> identity(Path status) throws IOException {
        Set<String> lines = new TreeSet<>();
        for (String line : Files.readAllLines(status)) {
            if (IDENTITY_LINES.stream().anyMatch(line::startsWith)) {
                lines.add(line);
            }
        }
        return lines;
    }
}

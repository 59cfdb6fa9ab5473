package dev.latchkey.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JettyHomeRunTest {
    private static final Path KEY_STORE = PkiSessionListener.PKI.resolve("keystore.p12");
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"12.0, ee9, 5.0", "12.0, ee10, 6.0", "12.1, ee10, 6.0", "12.1, ee11, 6.1"})
    void anApplicationIsServedOverHttpsThenReplacedThenTakenAway(String line, String environment, String servlet)
            throws Exception {
        JettyHome home = home(line);
        Path first = war("where", new StringAsset("first"));
        Path second = war("where", new StringAsset("second"));
        try (JettyHomeRun run =
                base(home, line + "-" + environment, environment).start()) {
            run.deploy("where", first);
            assertThat(get(run, "/where/where").body())
                    .isEqualTo("jetty/" + home.version() + " servlet/" + servlet + " https java/"
                            + Runtime.version().feature());
            assertThat(get(run, "/where/version.txt").body()).isEqualTo("first");

            run.deploy("where", second);
            assertThat(get(run, "/where/version.txt").body()).isEqualTo("second");

            assertThatThrownBy(() -> run.deploy("broken", brokenWar()))
                    .isInstanceOf(JettyHomeException.class)
                    .hasMessageContaining("The web application broken did not start")
                    .hasMessageContaining("no.such.Listener");
            assertThatThrownBy(() -> run.deploy("broken", lateFailureWar()))
                    .isInstanceOf(JettyHomeException.class)
                    .hasMessageContaining("no.such.Servlet");
            run.undeploy("broken");

            run.undeploy("where");
            assertThat(get(run, "/where/where").statusCode()).isEqualTo(404);
            assertThat(run.stop()).isTrue();
            assertThat(run.isAlive()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"12.0, ee9, ee10", "12.1, ee9, ee11"})
    void eachApplicationGetsTheEnvironmentItAsksFor(String line, String older, String newer) throws Exception {
        try (JettyHomeRun run = base(home(line), line + "-both", older, newer).start()) {
            run.deploy("first", war("first", new StringAsset("")));
            run.deploy("other", war("other", new StringAsset("")), newer);
            String servletOfFirst = get(run, "/first/where").body();
            String servletOfOther = get(run, "/other/where").body();
            assertThat(servletOfFirst).contains("servlet/5.0");
            assertThat(servletOfOther).contains(newer.equals("ee10") ? "servlet/6.0" : "servlet/6.1");
            run.undeploy("first");
            assertThat(get(run, "/first/where").statusCode()).isEqualTo(404);
            assertThat(get(run, "/other/where").statusCode()).isEqualTo(200);
            assertThatThrownBy(() -> run.deploy("x", war("x", new StringAsset("")), "ee8"))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aServerThatCannotStartFailsFastWithItsLog() throws Exception {
        JettyBase base = home("12.1").base(dir.resolve("bad")).keyStore(KEY_STORE, "not the password");

        long before = System.nanoTime();
        assertThatThrownBy(base::start)
                .isInstanceOf(JettyHomeException.class)
                .hasMessageContaining("The process ended before the server's Started line came")
                .hasMessageContaining("keystore password was incorrect");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
        assertThat(processesOf(base)).as("no process is left").isEmpty();
    }

    @Test
    void anUnknownModuleIsNamed() throws Exception {
        assertThatThrownBy(() ->
                        home("12.1").base(dir.resolve("b")).modules("nonsense").start())
                .isInstanceOf(JettyHomeException.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> home("12.0").base(dir.resolve("c")).environments("ee11"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no environment ee11");
    }

    @Test
    void overlayPropertiesAndJvmArgumentsReachTheServerAndItRunsAgainOnTheSameBase() throws Exception {
        Path overlay = export(ShrinkWrap.create(WebArchive.class, "overlay.zip")
                .add(new StringAsset("[ini]\nlaid.over=it\n\n[depend]\nhttp2\n"), "modules/laid-over.mod"));
        Path log = dir.resolve("here.log");
        JettyBase base = base(home("12.1"), "overlay", "ee10")
                .overlay(overlay)
                .modules("laid-over", "http")
                .property("jetty.http.host", "127.0.0.1")
                .property("jetty.http.port", "0")
                .jvmArguments("-Dgiven.to=jvm", "-Xlog:safepoint=off")
                .logFile(log);
        long first;
        try (JettyHomeRun run = base.start()) {
            first = run.pid();
            assertThat(processesOf(base)).extracting(ProcessHandle::pid).containsExactly(first);
            assertThat(run.port("h2")).isEqualTo(run.httpsPort()).isNotEqualTo(run.httpPort());
            assertThat(ProcessHandle.of(run.pid())
                            .orElseThrow()
                            .info()
                            .arguments()
                            .map(Arrays::asList))
                    .hasValueSatisfying(arguments -> assertThat(arguments).contains("-Dgiven.to=jvm"));
            assertThat(Files.readString(log)).contains("Started oejs.Server@");
        }
        try (JettyHomeRun run = base.start()) {
            assertThat(run.pid()).isNotEqualTo(first);
            assertThat(get(run, "/").statusCode()).isEqualTo(404);
        }
        assertThatThrownBy(() -> base(home("12.1"), "overlay", "ee10").start())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not empty");
    }

    @Test
    void aProcessThatDoesNotHeedIsEndedByForceWithItsChildren() throws Exception {
        // Not Jetty: a shell that ignores the polite request and has a child.
        Process stubborn = new ProcessBuilder("sh", "-c", "trap '' TERM; sleep 600 & wait; sleep 600").start();
        ProcessTree tree = new ProcessTree(stubborn);
        await().until(() -> stubborn.descendants().findAny().isPresent());
        ProcessHandle child = stubborn.descendants().findAny().orElseThrow();

        assertThat(tree.end(Duration.ofMillis(200))).isFalse();
        assertThat(stubborn.isAlive()).isFalse();
        assertThat(child.isAlive()).isFalse();
    }

    private JettyBase base(JettyHome home, String name, String... environments) {
        return home.base(dir.resolve(name)).environments(environments).keyStore(KEY_STORE, "latchkey");
    }

    private static JettyHome home(String line) throws IOException {
        return JettyHome.at(Path.of(System.getProperty("latchkey.jettyHome." + line)));
    }

    private static List<ProcessHandle> processesOf(JettyBase base) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("jetty.base=" + base.directory()))
                        .isPresent())
                .toList();
    }

    private Path war(String name, StringAsset version) throws IOException {
        return export(ShrinkWrap.create(WebArchive.class, name + ".war")
                .addClass(WhereServlet.class)
                .addAsWebResource(version, "version.txt"));
    }

    private Path brokenWar() throws IOException {
        return export(ShrinkWrap.create(WebArchive.class, "broken.war")
                .setWebXML(new StringAsset("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='5.0'>"
                        + "<listener><listener-class>no.such.Listener</listener-class></listener></web-app>")));
    }

    /** A servlet that fails on start-up does so after Jetty has called the context started. */
    private Path lateFailureWar() throws IOException {
        return export(ShrinkWrap.create(WebArchive.class, "broken.war")
                .setWebXML(
                        new StringAsset("<web-app xmlns='https://jakarta.ee/xml/ns/jakartaee' version='5.0'><servlet>"
                                + "<servlet-name>x</servlet-name><servlet-class>no.such.Servlet</servlet-class>"
                                + "<load-on-startup>1</load-on-startup></servlet></web-app>")));
    }

    private Path export(WebArchive archive) throws IOException {
        Path file = Files.createTempFile(dir, "archive", ".war");
        archive.as(ZipExporter.class).exportTo(file.toFile(), true);
        return file;
    }

    private static HttpResponse<String> get(JettyHomeRun run, String path) throws Exception {
        URI uri = URI.create("https://localhost:" + run.httpsPort() + path);
        return CLIENT.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}

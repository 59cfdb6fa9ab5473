package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.testkit.HttpAnswer;
import dev.latchkey.testkit.TlsConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.content.HttpContent;
import org.eclipse.jetty.http.content.ResourceHttpContentFactory;
import org.eclipse.jetty.http.pathmap.PathSpec;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ConditionalHandler;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.server.handler.PathMappingsHandler;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A path of the configuration is guarded in front of whatever handler could answer, and behind whatever could rewrite. */
@OnlyOn(value = Lane.JSSE_TLS12, because = "nothing here is about how the client is asked")
class GuardedHandlersIT {
    private static final String SECRET = "the secret";

    @TempDir
    Path dir;

    /** Answers each request for what is below /secret. */
    private static final class Answering extends Handler.Wrapper {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (request.getHttpURI().getCanonicalPath().startsWith("/secret/")) {
                Content.Sink.write(response, true, SECRET, callback);
                return true;
            }
            return super.handle(request, response, callback);
        }
    }

    /** Makes /open/x of /public/x, and /secret/x of /alias/x. */
    private static final class Rewriting extends Handler.Wrapper {
        Rewriting(Handler handler) {
            super(handler);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String path = request.getHttpURI().getCanonicalPath().replace("/alias/", "/secret/");
            HttpURI uri = HttpURI.build(request.getHttpURI()).path(path).asImmutable();
            return super.handle(Request.serveAs(request, uri), response, callback);
        }
    }

    /** What a server is made of; each has the secret at /secret/x.txt, and those that rewrite at /alias/x.txt too. */
    enum Tree {
        RESOURCES,
        RESOURCES_BEFORE_APPLICATIONS,
        A_WRAPPER_WITH_ANSWERS,
        A_WRAPPER_BEHIND_STATISTICS,
        A_SEQUENCE,
        AN_APPLICATION,
        PATH_MAPPINGS,
        REWRITING,
        REWRITING_IN_A_SEQUENCE,
        REWRITING_BEHIND_PATH_MAPPINGS;

        boolean rewrites() {
            return name().startsWith("REWRITING");
        }

        Handler make(Handler resources) {
            Handler.Wrapper answering = new Answering();
            return switch (this) {
                case RESOURCES -> resources;
                case RESOURCES_BEFORE_APPLICATIONS -> {
                    ((Handler.Wrapper) resources).setHandler(new ContextHandlerCollection());
                    yield resources;
                }
                case A_WRAPPER_WITH_ANSWERS -> answering;
                case A_WRAPPER_BEHIND_STATISTICS -> new StatisticsHandler(answering);
                case A_SEQUENCE -> new Handler.Sequence(new ContextHandlerCollection(), answering);
                case AN_APPLICATION -> new ContextHandler(answering, "/");
                case PATH_MAPPINGS -> mapped(answering);
                case REWRITING -> new Rewriting(new ContextHandler(answering, "/"));
                case REWRITING_IN_A_SEQUENCE ->
                    new Handler.Sequence(
                            new ContextHandlerCollection(), new Rewriting(new ContextHandler(answering, "/")));
                case REWRITING_BEHIND_PATH_MAPPINGS -> mapped(new Rewriting(answering));
            };
        }

        private static Handler mapped(Handler handler) {
            PathMappingsHandler mappings = new PathMappingsHandler();
            mappings.addMapping(PathSpec.from("/*"), handler);
            return mappings;
        }
    }

    private Handler resources() throws Exception {
        Files.createDirectories(dir.resolve("secret"));
        Files.writeString(dir.resolve("secret/x.txt"), SECRET);
        ResourceHandler resources = new ResourceHandler() {
            @Override
            protected HttpContent.Factory newHttpContentFactory(ByteBufferPool.Sized buffers) {
                // Without a cache, whose buffers would be out for as long as the server lives.
                return new ResourceHttpContentFactory(getBaseResource(), getMimeTypes(), buffers);
            }
        };
        resources.setBaseResource(ResourceFactory.root().newResource(dir));
        return resources;
    }

    private static StepUpServer guarded(Handler handler) {
        return new StepUpServer().handler(handler).settings(f -> {});
    }

    private static StepUpServer start(StepUpServer server, Presence presence) throws Exception {
        server.connector(c -> {
            DeclarativeStepUp declarative = DeclarativeStepUp.install(server.server());
            declarative.setPaths("/secret/*");
            declarative.setPathsPresence(presence);
        });
        return server.start();
    }

    @ParameterizedTest
    @EnumSource(Tree.class)
    void noHandlerAnswersBeforeTheGuard(Tree tree) throws Exception {
        try (StepUpServer server = start(guarded(tree.make(resources())), Presence.NEED)) {
            for (String path : tree.rewrites() ? List.of("/secret/x.txt", "/alias/x.txt") : List.of("/secret/x.txt")) {
                assertGuarded(server, path);
            }
        }
    }

    private static void assertGuarded(StepUpServer server, String path) throws Exception {
        try (TlsConnection client = Clients.connect(server.port(), null)) {
            HttpAnswer answer = client.get(path);
            assertThat(answer.status()).as(path).isEqualTo(403);
            assertThat(answer.text()).as(path).contains("LK201").doesNotContain(SECRET);
        }
        try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get(path).text()).as(path).isEqualTo(SECRET);
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    /** Where two guards stand in a request's way, the client answers once. */
    @Test
    void whoHasNoneAndNeedsNoneIsAskedOnce() throws Exception {
        try (StepUpServer server = start(guarded(Tree.REWRITING.make(resources())), Presence.WANT);
                TlsConnection client = Clients.connect(server.port(), null)) {
            assertThat(client.get("/secret/x.txt").text()).isEqualTo(SECRET);
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }

    @Test
    void aHandlerThatIsAddedWhileTheServerRunsIsGuardedToo() throws Exception {
        Handler.Sequence sequence = new Handler.Sequence(true, List.of());
        try (StepUpServer server = start(guarded(sequence), Presence.NEED)) {
            Handler late = new Rewriting(new ContextHandler(new Answering(), "/"));
            sequence.addHandler(late);
            late.start();
            assertGuarded(server, "/alias/x.txt");
        }
    }

    /** Whatever takes the place of the guard in front would answer for all to whoever comes. */
    @Test
    void aHandlerInTheGuardsPlaceDoesNotServe() throws Exception {
        StepUpServer starting = guarded(new Handler.Sequence());
        starting.server().addBean(new AbstractLifeCycle() {
            @Override
            protected void doStart() {
                starting.server().setHandler(new Answering());
            }
        });
        assertThatThrownBy(() -> start(starting, Presence.NEED)).hasMessageContaining("latchkey.paths");
        starting.close();

        StepUpServer dynamic = guarded(new Answering());
        dynamic.server().setDynamic(true);
        try (StepUpServer server = start(dynamic, Presence.NEED)) {
            server.server().insertHandler(new StatisticsHandler()); // which leaves the guard where it is
            assertGuarded(server, "/secret/x.txt");
            assertThatThrownBy(() -> server.server().setHandler(new Answering()))
                    .hasMessageContaining("latchkey.paths");
            try (TlsConnection client = Clients.connect(server.port(), null)) {
                assertThat(client.get("/secret/x.txt").text()).doesNotContain(SECRET);
            }
        }
    }

    /** It skips the handler that it was given, not a guard in between. */
    @Test
    void aHandlerThatSkipsTheNextOneSkipsNoGuard() throws Exception {
        Handler.Wrapper closed = new Handler.Wrapper(new ContextHandler(new Answering(), "/")) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Response.writeError(request, response, callback, 503);
                return true;
            }
        };
        ConditionalHandler.SkipNext skipping = new ConditionalHandler.SkipNext(closed);
        skipping.includePath("/secret/*");
        try (StepUpServer server = start(guarded(skipping), Presence.NEED)) {
            assertGuarded(server, "/secret/x.txt");
        }
    }

    /** The server starts and stops with the guards that its settings of then say. */
    @Test
    void aSecondStartHasTheGuardsOfItsOwnSettings() throws Exception {
        StepUpServer server = guarded(Tree.REWRITING_IN_A_SEQUENCE.make(resources()));
        start(server, Presence.NEED);
        try {
            server.server().stop();
            DeclarativeStepUp.install(server.server()).setPaths("");
            server.server().start();
            try (TlsConnection client = Clients.connect(server.port(), null)) {
                assertThat(client.get("/alias/x.txt").text()).isEqualTo(SECRET);
                assertThat(client.timesAsked()).isZero();
            }
        } finally {
            server.close();
        }
    }

    @Test
    void aCrossOriginHandlerInFrontAnswersAPreflight() throws Exception {
        CrossOriginHandler crossOrigin = new CrossOriginHandler();
        crossOrigin.setAllowedOriginPatterns(Set.of("https://elsewhere\\.example"));
        crossOrigin.setAllowCredentials(true);
        crossOrigin.setHandler(new Answering());
        try (StepUpServer server = start(guarded(crossOrigin), Presence.NEED);
                TlsConnection client = Clients.connect(server.port(), null)) {
            client.send("OPTIONS /secret/x.txt HTTP/1.1\r\nHost: localhost\r\nOrigin: https://elsewhere.example\r\n"
                    + "Access-Control-Request-Method: GET\r\n\r\n");
            HttpAnswer preflight = client.readFinal();
            assertThat(preflight.status()).isEqualTo(200);
            assertThat(preflight.text()).doesNotContain(SECRET);
            assertThat(preflight.header("access-control-allow-origin")).contains("https://elsewhere.example");
            assertThat(client.timesAsked()).isZero();
            client.send("GET /secret/x.txt HTTP/1.1\r\nHost: localhost\r\nOrigin: https://elsewhere.example\r\n\r\n");
            assertThat(client.readFinal().status()).isEqualTo(403);
        }
    }
}

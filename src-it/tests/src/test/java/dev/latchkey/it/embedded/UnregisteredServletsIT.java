package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.it.Clients;
import dev.latchkey.it.Lane;
import dev.latchkey.it.OnlyOn;
import dev.latchkey.it.servlets.OtherSecretServlet;
import dev.latchkey.it.servlets.SecretServlet;
import dev.latchkey.jetty.DeclarativeStepUp;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guard stands before a servlet that Jetty makes. One with the annotation that no application of the server has
 * registered can only be made by other code, which passes the guard by: the server does not start.
 */
@OnlyOn(value = Lane.JSSE_TLS12, because = "nothing here is about how the client is asked")
class UnregisteredServletsIT {
    /** All but the two servlets. */
    private static final String OTHERS = "dev.latchkey.it.home.*,dev.latchkey.it.embedded.*";

    /** As a framework's: it makes the servlet of another class, and calls it. */
    public static class Framework extends HttpServlet {
        private final SecretServlet secret = new SecretServlet();

        @Override
        public void init(ServletConfig config) throws ServletException {
            super.init(config);
            secret.init(config);
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            secret.service(request, response);
        }
    }

    private static ServletContextHandler context(String path, Class<? extends HttpServlet> servlet) {
        ServletContextHandler context = new ServletContextHandler();
        context.setContextPath(path);
        if (servlet != null) {
            context.addServlet(servlet, "/secret");
        }
        return context;
    }

    private static StepUpServer of(Handler handler, String elsewhere) {
        StepUpServer server = new StepUpServer().handler(handler);
        return server.connector(c -> DeclarativeStepUp.install(server.server()).setEnforcedElsewhere(elsewhere));
    }

    private static void assertDoesNotStart(StepUpServer server, Class<?>... named) {
        assertThatThrownBy(server::start)
                .hasMessageContaining("@RequireClientCertificate")
                .hasMessageContaining(
                        List.of(named).stream().map(Class::getName).toList().toString())
                .hasMessageContaining("latchkey.enforcedElsewhere");
    }

    @Test
    void aServletThatOtherCodeMakesStopsTheStartByItsName() {
        assertDoesNotStart(of(context("/", Framework.class), OTHERS), OtherSecretServlet.class, SecretServlet.class);
    }

    /** Its subclass is registered: nothing is known of who makes the class itself, and the other way round. */
    @ParameterizedTest
    @ValueSource(classes = {SecretServlet.class, OtherSecretServlet.class})
    void anotherClassThatIsRegisteredDoesNotCount(Class<? extends HttpServlet> registered) {
        assertDoesNotStart(
                of(context("/", registered), OTHERS),
                registered == SecretServlet.class ? OtherSecretServlet.class : SecretServlet.class);
    }

    /** Applications of one class path share its classes: each is registered by one of them. */
    @Test
    void whatAnotherApplicationRegistersIsGuardedThere() throws Exception {
        try (StepUpServer server = of(
                        new ContextHandlerCollection(
                                context("/a", SecretServlet.class), context("/b", OtherSecretServlet.class)),
                        OTHERS)
                .start()) {
            for (String path : new String[] {"/a/secret", "/b/secret"}) {
                try (TlsConnection client = Clients.connect(server.port(), null)) {
                    assertThat(client.get(path).status()).isEqualTo(403);
                }
            }
        }
    }

    /** With what an application registers by itself registered anew, and guarded anew. */
    @Test
    void aServerThatStartsAgainGuardsAgain() throws Exception {
        try (StepUpServer server = of(
                        context("/", SecretServlet.class), OTHERS + "," + OtherSecretServlet.class.getName())
                .start()) {
            for (int i = 0; i < 2; i++) {
                try (TlsConnection client = Clients.connect(server.port(), null)) {
                    assertThat(client.get("/secret").status()).isEqualTo(403);
                }
                server.server().stop();
                server.server().start();
            }
        }
    }

    /** What the setting names is guarded all the same, when it comes. */
    @Test
    void whatIsAddedLaterIsNamedByTheSetting() throws Exception {
        ServletContextHandler context = context("/", null);
        assertDoesNotStart(of(context, OTHERS), OtherSecretServlet.class, SecretServlet.class);
        try (StepUpServer server =
                of(context("/", null), OTHERS + ",dev.latchkey.it.servlets.*").start()) {
            ((ServletContextHandler) server.server().getHandler()).addServlet(OtherSecretServlet.class, "/secret");
            try (TlsConnection client = Clients.connect(server.port(), null)) {
                assertThat(client.get("/secret").status()).isEqualTo(403);
            }
        }
    }

    /** On a server that runs, an application's own start is the moment. */
    @Test
    void anApplicationThatIsAddedLaterDoesNotStart() throws Exception {
        ContextHandlerCollection contexts = new ContextHandlerCollection(
                true, context("/a", SecretServlet.class), context("/b", OtherSecretServlet.class));
        try (StepUpServer server = of(contexts, OTHERS).start()) {
            ServletContextHandler late = context("/late", null);
            contexts.addHandler(late);
            late.start(); // all is registered by others
            Handler first = contexts.getHandlers().get(0);
            first.stop();
            contexts.removeHandler(first);
            ServletContextHandler later = context("/later", null);
            contexts.addHandler(later);
            assertThatThrownBy(later::start)
                    .hasMessageContaining("[" + SecretServlet.class.getName() + "]")
                    .hasMessageContaining("latchkey.enforcedElsewhere");
        }
    }

    /** Nor has the server an application that a handler keeps to itself, and calls. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anApplicationThatTheServerDoesNotHaveStopsTheStart(boolean withAnother) {
        ServletContextHandler kept = context("/", SecretServlet.class);
        Handler keeping = new Keeping(kept);
        StepUpServer server = of(
                withAnother
                        ? new Handler.Sequence(keeping, new ContextHandlerCollection(context("/x", null)))
                        : keeping,
                OTHERS + "," + OtherSecretServlet.class.getName());
        assertDoesNotStart(server, SecretServlet.class);
    }

    private static final class Keeping extends Handler.Abstract {
        private final ServletContextHandler kept;

        Keeping(ServletContextHandler kept) {
            this.kept = kept;
        }

        @Override
        protected void doStart() throws Exception {
            kept.setServer(getServer());
            kept.start();
            super.doStart();
        }

        @Override
        protected void doStop() throws Exception {
            super.doStop();
            kept.stop();
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            return kept.handle(request, response, callback);
        }
    }

    /** One that tells of those below it, though they are none of its components, hides nothing. */
    @Test
    void anApplicationThatAHandlerTellsOfIsGuarded() throws Exception {
        ServletContextHandler told = context("/", SecretServlet.class);
        Handler telling = new Telling(told);
        try (StepUpServer server = of(telling, OTHERS + "," + OtherSecretServlet.class.getName())
                        .start();
                TlsConnection client = Clients.connect(server.port(), null)) {
            assertThat(client.get("/secret").status()).isEqualTo(403);
        }
    }

    private static final class Telling extends Handler.AbstractContainer {
        private final ServletContextHandler told;

        Telling(ServletContextHandler told) {
            this.told = told;
        }

        @Override
        public List<Handler> getHandlers() {
            return List.of(told);
        }

        @Override
        protected void doStart() throws Exception {
            told.setServer(getServer());
            told.start();
            super.doStart();
        }

        @Override
        protected void doStop() throws Exception {
            super.doStop();
            told.stop();
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            return told.handle(request, response, callback);
        }
    }
}

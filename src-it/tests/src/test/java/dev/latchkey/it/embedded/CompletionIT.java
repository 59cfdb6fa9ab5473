package dev.latchkey.it.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.ClientCertificates;
import dev.latchkey.it.Clients;
import dev.latchkey.testkit.TlsConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.junit.jupiter.api.Test;

/** Where the asynchronous form completes: on a thread of the pool, in the web application. */
class CompletionIT {
    @Test
    void itCompletesOnAPoolThreadInTheWebApplicationsContext() throws Exception {
        try (URLClassLoader loader =
                        new URLClassLoader("webapp", new URL[0], getClass().getClassLoader());
                StepUpServer server = new StepUpServer()) {
            server.context().setClassLoader(loader);
            server.on("/where", (request, response) -> {
                AsyncContext async = request.startAsync();
                Thread caller = Thread.currentThread();
                ClientCertificates.of(request).negotiateClientCertificateAsync().whenComplete((c, x) -> {
                    try {
                        Thread here = Thread.currentThread();
                        var context = ContextHandler.getCurrentContext();
                        response.getWriter()
                                .print(here.getName().replaceAll("^step-up-server-\\d+-\\d+.*", "pool")
                                        + " " + here.getContextClassLoader().getName()
                                        + " "
                                        + (context != null
                                                && context.getContextPath() == null
                                                        | "/".equals(context.getContextPath()))
                                        + " " + (here == caller));
                    } catch (java.io.IOException gone) {
                        // The client has gone; the test looks at its own side.
                    } finally {
                        async.complete();
                    }
                });
            });
            server.start();
            try (TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
                assertThat(client.get("/where").text()).startsWith("pool webapp true ");
                // Also when the certificate is there already, and there is nothing to wait for.
                assertThat(client.get("/where").text()).startsWith("pool webapp true ");
            }
        }
    }

    @Test
    void itMayCompleteBeforeTheServiceReturns() throws Exception {
        try (StepUpServer server = new StepUpServer()
                        .on("/impatient", (request, response) -> {
                            if (request.getDispatcherType() == DispatcherType.ASYNC) {
                                response.getWriter()
                                        .print("dispatched, "
                                                + Answers.describe(ClientCertificates.of(request)
                                                        .current()));
                                return;
                            }
                            AsyncContext async = request.startAsync();
                            ClientCertificates.of(request)
                                    .negotiateClientCertificateAsync()
                                    .thenRun(async::dispatch)
                                    .toCompletableFuture()
                                    .get(20, TimeUnit.SECONDS);
                        })
                        .start();
                TlsConnection client = Clients.connect(server.port(), TestPki.ALICE)) {
            assertThat(client.get("/impatient").text()).isEqualTo("dispatched, CN=alice already");
            assertThat(client.get("/impatient").text()).isEqualTo("dispatched, CN=alice already");
            assertThat(client.timesAsked()).isEqualTo(1);
        }
    }
}

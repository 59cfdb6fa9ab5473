package dev.latchkey.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.ClientCertificate;
import dev.latchkey.ClientCertificates;
import dev.latchkey.NegotiationException;
import dev.latchkey.NegotiationOptions;
import dev.latchkey.Reason;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.Test;

/**
 * The bean in a real CDI container. The server's side stands in by a recorder: that the calls reach a real connection
 * is shown in src-it/tests, by a WAR on Jetty.
 */
class RequestClientCertificatesTest {
    /** What a server would put into the request; null for a request that no Latchkey connector served. */
    private static Recorder served;

    @Test
    void eachCallReachesTheServiceOfTheRequest() throws NegotiationException {
        served = new Recorder();
        NegotiationOptions need = NegotiationOptions.builder().need().build();
        try (WeldContainer container = container(RequestOfTheServer.class)) {
            RequestContextController request = request(container);
            request.activate();
            ClientCertificates injected =
                    container.select(Application.class).get().certificates();
            injected.current();
            injected.defaults();
            injected.negotiateClientCertificate();
            injected.negotiateClientCertificate(need);
            injected.negotiateClientCertificateAsync(need);
            injected.forget();
            request.deactivate();
        }
        assertThat(served.calls)
                .containsSubsequence("current", "defaults", "negotiate WANT", "negotiate NEED", "async NEED", "forget");
    }

    @Test
    void theInjectedObjectServesLaterRequestsToo() {
        Recorder first = new Recorder();
        Recorder second = new Recorder();
        try (WeldContainer container = container(RequestOfTheServer.class)) {
            ClientCertificates injected =
                    container.select(Application.class).get().certificates();
            for (Recorder each : List.of(first, second)) {
                served = each;
                RequestContextController request = request(container);
                request.activate();
                injected.current();
                request.deactivate();
            }
        }
        assertThat(first.calls).containsExactly("current");
        assertThat(second.calls).containsExactly("current");
    }

    @Test
    void aRequestThatNoLatchkeyConnectorServedSaysSo() {
        served = null;
        try (WeldContainer container = container(RequestOfTheServer.class)) {
            RequestContextController request = request(container);
            request.activate();
            ClientCertificates injected =
                    container.select(Application.class).get().certificates();
            assertThat(injected.current().isPresent()).isFalse();
            assertThatThrownBy(injected::negotiateClientCertificate)
                    .isInstanceOfSatisfying(NegotiationException.class, x -> assertThat(x.reason())
                            .isEqualTo(Reason.NOT_SECURE));
            request.deactivate();
        }
    }

    @Test
    void aThreadOutsideARequestIsRefused() {
        try (WeldContainer container = container(RequestOfTheServer.class)) {
            ClientCertificates injected =
                    container.select(Application.class).get().certificates();
            assertThatThrownBy(injected::current).isInstanceOf(ContextNotActiveException.class);
        }
    }

    @Test
    void deploymentFailsWhereThereAreNoServletRequests() {
        Weld weld = weld();
        assertThatThrownBy(weld::initialize)
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining("HttpServletRequest")
                .hasMessageContaining(RequestClientCertificates.class.getName());
    }

    private static WeldContainer container(Class<?>... beans) {
        return weld().addBeanClasses(beans).initialize();
    }

    private static Weld weld() {
        return new Weld()
                .disableDiscovery()
                .addExtension(new ApiPresenceCheck())
                .addBeanClasses(RequestClientCertificates.class, Application.class);
    }

    private static RequestContextController request(WeldContainer container) {
        return container.select(RequestContextController.class).get();
    }

    /** An application's bean that outlives the requests. */
    @ApplicationScoped
    static class Application {
        @Inject
        ClientCertificates certificates;

        ClientCertificates certificates() {
            return certificates;
        }
    }

    /** Gives each request what a Servlet container would. */
    static class RequestOfTheServer {
        @Produces
        @RequestScoped
        HttpServletRequest request() {
            Recorder service = served;
            return (HttpServletRequest) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {HttpServletRequest.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "getAttribute" -> ClientCertificates.ATTRIBUTE.equals(arguments[0]) ? service : null;
                        case "isSecure", "isAsyncStarted" -> false;
                        default -> throw new UnsupportedOperationException(method.toString());
                    });
        }
    }

    private static final class Recorder implements ClientCertificates {
        final List<String> calls = new ArrayList<>();

        @Override
        public ClientCertificate current() {
            calls.add("current");
            return ClientCertificate.none();
        }

        @Override
        public NegotiationOptions defaults() {
            calls.add("defaults");
            return NegotiationOptions.builder()
                    .deadline(Duration.ofSeconds(1))
                    .bodyTimeout(Duration.ofSeconds(1))
                    .build();
        }

        @Override
        public ClientCertificate negotiateClientCertificate(NegotiationOptions options) {
            calls.add("negotiate " + options.presence());
            return ClientCertificate.none();
        }

        @Override
        public CompletionStage<ClientCertificate> negotiateClientCertificateAsync(NegotiationOptions options) {
            calls.add("async " + options.presence());
            return CompletableFuture.completedFuture(ClientCertificate.none());
        }

        @Override
        public void forget() {
            calls.add("forget");
        }
    }
}

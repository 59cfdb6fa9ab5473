package dev.latchkey.impersonation.web.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import dev.latchkey.impersonation.subject.SubjectPart;
import dev.latchkey.impersonation.web.Decided;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import javax.security.auth.Subject;
import javax.security.auth.x500.X500Principal;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The beans in a real CDI container, with Subjects, for which no privilege is needed. The request stands in for a
 * server's: what the filter puts into it on a real one is shown beside.
 */
class ImpersonatedTest {
    private static Identity ofRequest;

    private WeldContainer container;
    private RequestContextController request;

    @BeforeEach
    void start() {
        container = new Weld()
                .disableDiscovery()
                .addBeanClasses(ExecutorProducer.class, Files.class, Requests.class, ImpersonatedInterceptor.class)
                .initialize();
        request = container.select(RequestContextController.class).get();
        request.activate();
        ofRequest = null;
    }

    @AfterEach
    void stop() {
        request.deactivate();
        container.close();
        if (ofRequest != null) {
            ofRequest.close();
        }
    }

    private static Identity alice() {
        Subject subject = new Subject();
        subject.getPrincipals().add(new X500Principal("CN=alice"));
        return Identities.flow().of(SubjectIdentity.part(subject));
    }

    private static String who() {
        try (Identity now = Identities.current()) {
            SubjectPart part = now.part(SubjectPart.class);
            return part == null ? "nobody" : part.toString();
        }
    }

    @Test
    void aMarkedMethodRunsAsTheCallerOfTheRequest() throws Exception {
        ofRequest = alice();
        Files files = container.select(Files.class).get();
        assertThat(files.marked()).contains("CN=alice");
        assertThat(files.unmarked()).isEqualTo("nobody");
        assertThatThrownBy(files::failing)
                .isInstanceOf(java.io.IOException.class)
                .hasMessage("own");
    }

    @Test
    void aMarkedMethodIsNotRunForACallerWithoutIdentity() {
        Files files = container.select(Files.class).get();
        assertThatThrownBy(files::marked).hasMessageContaining("LK609").hasMessageContaining("no identity");
    }

    @Test
    void theInjectedExecutorRunsEachTaskAsWhoSubmitsItAndEndsWithTheApplication() throws Exception {
        ofRequest = alice();
        ImpersonatingExecutorService executor =
                container.select(Files.class).get().executor();
        Callable<String> look = ImpersonatedTest::who;
        assertThat(ofRequest.<String>call(() -> executor.submit(look).get())).contains("CN=alice");
        assertThat(executor.submit(look).get()).isEqualTo("nobody");
        assertThat(container.select(ImpersonatingExecutorService.class).get()).isSameAs(executor);
        container.select(Files.class).destroy(container.select(Files.class).get());
        WeldContainer closing = container;
        request.deactivate();
        closing.close();
        assertThatThrownBy(() -> executor.submit(look)).isInstanceOf(RejectedExecutionException.class);
        start();
    }

    /** A bean of an application. */
    @ApplicationScoped
    static class Files {
        @Inject
        private ImpersonatingExecutorService executor;

        @Impersonated
        String marked() {
            return who();
        }

        @Impersonated
        void failing() throws Exception {
            throw new java.io.IOException("own");
        }

        String unmarked() {
            return who();
        }

        ImpersonatingExecutorService executor() {
            return executor;
        }
    }

    /** What the server gives in a web application. */
    @ApplicationScoped
    static class Requests {
        @Produces
        @RequestScoped
        HttpServletRequest request() {
            ServletContext context = proxy(ServletContext.class, null);
            return (HttpServletRequest) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {HttpServletRequest.class},
                    (self, method, arguments) -> {
                        return switch (method.getName()) {
                            case "getAttribute" -> ofRequest == null ? null : Decided.as(ofRequest, context);
                            case "getServletContext" -> context;
                            case "toString" -> "request";
                            default -> null;
                        };
                    });
        }

        private static <T> T proxy(Class<T> kind, Object answer) {
            return kind.cast(Proxy.newProxyInstance(
                    kind.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> answer));
        }
    }
}

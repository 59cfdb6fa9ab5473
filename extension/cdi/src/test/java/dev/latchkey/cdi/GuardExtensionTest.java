package dev.latchkey.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Produces;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import org.jboss.weld.environment.se.Weld;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.Test;

/** The guard of beans in a real CDI container; that it asks a real client is shown in src-it/tests. */
class GuardExtensionTest {
    @Test
    void tellsWhichClassesItGuardsAndRefusesCallsWithoutACertificate() {
        try (WeldContainer container =
                weld(Whole.class, Partly.class, Open.class).initialize()) {
            assertThat(GuardExtension.guardedClasses(Thread.currentThread().getContextClassLoader()))
                    .contains(Whole.class.getName(), Partly.class.getName())
                    .doesNotContain(Open.class.getName());
            RequestContextController request =
                    container.select(RequestContextController.class).get();
            request.activate();
            assertThat(container.select(Open.class).get().word()).isEqualTo("open");
            assertThat(container.select(Partly.class).get().open()).isEqualTo("open");
            assertThatThrownBy(() -> container.select(Whole.class).get().word())
                    .isInstanceOfSatisfying(NegotiationException.class, x -> {
                        assertThat(x.reason()).isEqualTo(Reason.NOT_SECURE);
                        assertThat(x.status()).isEqualTo(403);
                    });
            assertThatThrownBy(() -> container.select(Partly.class).get().guarded())
                    .isInstanceOfSatisfying(NegotiationException.class, x -> assertThat(x.status())
                            .isEqualTo(404));
            request.deactivate();
        }
    }

    @Test
    void outsideARequestNothingGuardedRuns() {
        try (WeldContainer container = weld(Whole.class).initialize()) {
            assertThatThrownBy(() -> container.select(Whole.class).get().word())
                    .isInstanceOf(ContextNotActiveException.class);
        }
    }

    @Test
    void anAnnotationThatInterceptsNothingStopsTheDeployment() {
        for (Class<?> misplaced : new Class<?>[] {OnStatic.class, OnPrivate.class, WithBadStatus.class}) {
            Weld weld = weld(misplaced);
            assertThatThrownBy(weld::initialize)
                    .hasStackTraceContaining("@RequireClientCertificate")
                    .hasStackTraceContaining(misplaced.getSimpleName());
        }
    }

    private static Weld weld(Class<?>... beans) {
        return new Weld()
                .disableDiscovery()
                .addExtension(new GuardExtension())
                .addBeanClasses(GuardInterceptor.class, PlainRequest.class)
                .addBeanClasses(beans);
    }

    /** A request that no Latchkey connector served. */
    static class PlainRequest {
        @Produces
        @RequestScoped
        HttpServletRequest request() {
            return (HttpServletRequest) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {HttpServletRequest.class},
                    (proxy, method, arguments) -> method.getReturnType() == boolean.class ? false : null);
        }
    }

    @ApplicationScoped
    @RequireClientCertificate
    static class Whole {
        String word() {
            return "whole";
        }
    }

    @ApplicationScoped
    static class Partly {
        String open() {
            return "open";
        }

        @RequireClientCertificate(status = 404)
        String guarded() {
            return "guarded";
        }
    }

    @ApplicationScoped
    static class Open {
        String word() {
            return "open";
        }
    }

    @ApplicationScoped
    static class OnStatic {
        @RequireClientCertificate
        static void guarded() {}
    }

    @ApplicationScoped
    static class OnPrivate {
        @RequireClientCertificate
        private void guarded() {}
    }

    @ApplicationScoped
    @RequireClientCertificate(status = 200)
    static class WithBadStatus {}
}

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
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

    /** The class of the one that is overridden is told as guarded, and so nothing else would refuse it. */
    @Test
    void anOverrideWithoutTheAnnotationStopsTheDeployment() {
        Weld weld = weld(Overriding.class);
        assertThatThrownBy(weld::initialize)
                .hasStackTraceContaining("@RequireClientCertificate")
                .hasStackTraceContaining("Overridden.guarded()");
        try (WeldContainer container =
                weld(OverridingWith.class, OverridingGuarded.class).initialize()) {
            assertThat(GuardExtension.guardedClasses(Thread.currentThread().getContextClassLoader()))
                    .contains(Overridden.class.getName(), OverridingWith.class.getName());
            RequestContextController request =
                    container.select(RequestContextController.class).get();
            request.activate();
            assertThatThrownBy(() ->
                            container.select(OverridingGuarded.class).get().guarded())
                    .isInstanceOf(NegotiationException.class);
            request.deactivate();
        }
    }

    /** The server guards it; what a container injects into it must come all the same. */
    @Test
    void aFinalServletKeepsWhatIsInjected() {
        try (WeldContainer container = weld(FinalServlet.class, Open.class).initialize()) {
            assertThat(container.select(FinalServlet.class).get().open.word()).isEqualTo("open");
            // As a Servlet container does it, which takes the class anew and not as it was discovered.
            BeanManager manager = container.getBeanManager();
            FinalServlet servlet = new FinalServlet();
            manager.getInjectionTargetFactory(manager.createAnnotatedType(FinalServlet.class))
                    .createInjectionTarget(null)
                    .inject(servlet, manager.createCreationalContext(null));
            assertThat(servlet.open.word()).isEqualTo("open");
            assertThat(GuardExtension.guardedClasses(Thread.currentThread().getContextClassLoader()))
                    .doesNotContain(FinalServlet.class.getName());
        }
    }

    /** A method that a bean has from its superclass, as it stands there. */
    @Test
    void anInheritedMethodIsGuarded() {
        try (WeldContainer container = weld(OverridingWith.class).initialize()) {
            RequestContextController request =
                    container.select(RequestContextController.class).get();
            request.activate();
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> container.select(OverridingWith.class).get().guarded(),
                    () -> container.select(OverridingWith.class).get().other())) {
                assertThatThrownBy(call).isInstanceOf(NegotiationException.class);
            }
            request.deactivate();
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

    static class Overridden {
        @RequireClientCertificate
        String guarded() {
            return "guarded";
        }

        @RequireClientCertificate
        String other() {
            return "other";
        }
    }

    @ApplicationScoped
    static class Overriding extends Overridden {
        @Override
        String guarded() {
            return "open";
        }
    }

    @ApplicationScoped
    static class OverridingWith extends Overridden {
        @Override
        @RequireClientCertificate(status = 404)
        String guarded() {
            return "guarded too";
        }
    }

    @ApplicationScoped
    @RequireClientCertificate
    static class OverridingGuarded extends Overridden {
        @Override
        String guarded() {
            return "guarded by its class";
        }
    }

    @RequireClientCertificate
    static final class FinalServlet extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Inject
        transient Open open;
    }
}

package dev.latchkey.impersonation.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import io.smallrye.context.SmallRyeContextManager;
import io.smallrye.context.SmallRyeThreadContext;
import jakarta.enterprise.concurrent.ContextService;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.security.auth.Subject;
import org.glassfish.concurro.AbstractManagedExecutorService.RejectPolicy;
import org.glassfish.concurro.ContextServiceImpl;
import org.glassfish.concurro.ManagedExecutorServiceImpl;
import org.glassfish.concurro.ManagedThreadFactoryImpl;
import org.glassfish.concurro.spi.ContextHandle;
import org.glassfish.concurro.spi.ContextSetupProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The three carriers inside real implementations: Micrometer, SmallRye, and Concurro. */
@Timeout(60)
class CarriersTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(faulty)
            .provider(new SubjectIdentity())
            .build();
    private final ExecutorService worker = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() throws Exception {
        assertThat(worker.submit(faulty::onThread).get())
                .as("what the worker carries")
                .isNull();
        worker.shutdownNow();
        flow.close();
    }

    private void carriesAndCleansUp(UnaryOperator<Runnable> contextual) throws Exception {
        String[] seen = new String[1];
        Runnable look = () -> seen[0] = faulty.onThread();
        Runnable ofNobody = contextual.apply(look);
        faulty.impersonate("alice");
        Runnable ofAlice = contextual.apply(look);
        faulty.impersonate(null);

        worker.submit(ofAlice).get();
        assertThat(seen[0]).isEqualTo("alice");
        worker.submit(() -> {
                    faulty.impersonate("bob");
                    ofNobody.run();
                    assertThat(seen[0])
                            .as("a task of nobody on a thread that carries bob")
                            .isNull();
                    assertThat(faulty.onThread()).as("brought back").isEqualTo("bob");
                    faulty.impersonate(null);
                })
                .get();
    }

    @Test
    void micrometer() throws Exception {
        ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor(new MicrometerCarrier(flow));
        ContextSnapshotFactory factory =
                ContextSnapshotFactory.builder().contextRegistry(registry).build();
        carriesAndCleansUp(work -> factory.captureAll().wrap(work));
    }

    @Test
    void smallRye() throws Exception {
        SmallRyeContextManager manager = new SmallRyeContextManager.Builder()
                .withThreadContextProviders(new MicroProfileCarrier(flow))
                .build();
        SmallRyeThreadContext threadContext = manager.newThreadContextBuilder()
                .propagated(MicroProfileCarrier.TYPE)
                .cleared()
                .unchanged()
                .build();
        carriesAndCleansUp(threadContext::contextualRunnable);
    }

    @Test
    void concurro() throws Exception {
        ContextServiceImpl contexts =
                new ContextServiceImpl("test", new Container(new JakartaConcurrencyCarrier(flow)));
        carriesAndCleansUp(contexts::contextualRunnable);

        ManagedThreadFactoryImpl threads = new ManagedThreadFactoryImpl("test");
        ManagedExecutorServiceImpl executor = new ManagedExecutorServiceImpl(
                "test", threads, 0, false, 1, 1, 1, TimeUnit.MINUTES, 0, 10, contexts, RejectPolicy.ABORT);
        try {
            faulty.impersonate("alice");
            assertThat(executor.submit((Callable<String>) faulty::onThread).get())
                    .isEqualTo("alice");
            faulty.impersonate(null);
            assertThat(executor.submit((Callable<String>) faulty::onThread).get())
                    .isNull();
        } finally {
            faulty.impersonate(null);
            executor.shutdownNow();
            threads.stop();
        }
    }

    @Test
    void anIdentityThatLastsAsLongAsACallIsRefusedNotDropped() throws Exception {
        Identity subject = flow.of(SubjectIdentity.part(new Subject()));
        JakartaConcurrencyCarrier carrier = new JakartaConcurrencyCarrier(flow);
        var snapshot = subject.call(() -> carrier.currentContext(Map.of()));
        assertThatThrownBy(snapshot::begin).hasMessageStartingWith("LK612");
        subject.close();
    }

    @Test
    void eachIsFoundByItsServiceFile() {
        assertThat(ServiceLoader.load(io.micrometer.context.ThreadLocalAccessor.class))
                .hasAtLeastOneElementOfType(MicrometerCarrier.class);
        assertThat(ServiceLoader.load(org.eclipse.microprofile.context.spi.ThreadContextProvider.class))
                .hasAtLeastOneElementOfType(MicroProfileCarrier.class);
        assertThat(ServiceLoader.load(jakarta.enterprise.concurrent.spi.ThreadContextProvider.class))
                .hasAtLeastOneElementOfType(JakartaConcurrencyCarrier.class);
    }

    /** What an application server writes to connect Concurro with the providers of its applications. */
    private static final class Container implements ContextSetupProvider {
        private final transient JakartaConcurrencyCarrier carrier;

        Container(JakartaConcurrencyCarrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public ContextHandle saveContext(ContextService service) {
            return saveContext(service, Map.of());
        }

        @Override
        public ContextHandle saveContext(ContextService service, Map<String, String> properties) {
            return new Captured(carrier.currentContext(properties));
        }

        @Override
        public ContextHandle setup(ContextHandle handle) {
            return new Begun(((Captured) handle).snapshot().begin());
        }

        @Override
        public void reset(ContextHandle handle) {
            ((Begun) handle).restorer().endContext();
        }
    }

    @SuppressWarnings("serial") // Never serialized.
    private record Captured(jakarta.enterprise.concurrent.spi.ThreadContextSnapshot snapshot)
            implements ContextHandle {}

    @SuppressWarnings("serial") // Never serialized.
    private record Begun(jakarta.enterprise.concurrent.spi.ThreadContextRestorer restorer) implements ContextHandle {}
}

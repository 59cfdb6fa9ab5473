package dev.latchkey.impersonation.web.cdi;

import dev.latchkey.impersonation.Identities;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the application's one impersonating executor, and shuts it down with the application. */
@ApplicationScoped
public class ExecutorProducer {
    /** The system property that sets how many threads it has; twice the processors by default. */
    public static final String THREADS = "dev.latchkey.impersonation.executor.threads";

    /** Made by CDI. */
    public ExecutorProducer() {}

    /**
     * {@return the executor}
     *
     * @throws IllegalArgumentException if the property is not a number over 0
     */
    @Produces
    @Singleton
    public ImpersonatingExecutorService executor() {
        String value = System.getProperty(
                THREADS, Integer.toString(2 * Runtime.getRuntime().availableProcessors()));
        if (!value.matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException(THREADS + " takes a number of threads, 1 to 99999, not " + value);
        }
        return Identities.flow().newFixedThreadPool(Integer.parseInt(value), "latchkey-impersonating-");
    }

    /** Lets what runs end, and refuses more. */
    public void shutDown(@Disposes ImpersonatingExecutorService executor) {
        executor.shutdown();
    }
}

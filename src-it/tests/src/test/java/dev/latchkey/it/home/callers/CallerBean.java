package dev.latchkey.it.home.callers;

import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.web.cdi.Impersonated;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Works as whoever calls, whatever its thread is otherwise. */
@ApplicationScoped
public class CallerBean {
    @Inject
    ImpersonatingExecutorService threads;

    @Impersonated
    public String here(Work work) {
        return work.done();
    }

    @Impersonated
    public String elsewhere(Work work) throws Exception {
        return threads.submit(work::done).get();
    }
}

package dev.latchkey.jetty;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An interest in the next bytes that a second reader can join: Jetty tells one alone, and lets nobody withdraw.
 *
 * <p>A negotiation that was given up leaves its own behind. The application may then read its body, and who waits for
 * that must hear of the next bytes too. Any thread; each reader is told once.
 */
final class SharedRead implements Callback {
    private final Callback first;
    private final Executor executor;
    private final AtomicReference<@Nullable Callback> second = new AtomicReference<>();

    /**
     * @param first the reader that asks, which blocks nothing
     * @param executor tells the second reader, which may block
     */
    SharedRead(Callback first, Executor executor) {
        this.first = first;
        this.executor = executor;
    }

    /** Joins. {@return whether this reader will be told; if not, the bytes are there, or another one has joined} */
    boolean join(Callback reader) {
        return second.compareAndSet(null, reader);
    }

    @Override
    public void succeeded() {
        Callback joined = second.getAndSet(Callback.NOOP);
        first.succeeded();
        tell(joined, Callback::succeeded);
    }

    @Override
    public void failed(Throwable x) {
        Callback joined = second.getAndSet(Callback.NOOP);
        first.failed(x);
        tell(joined, reader -> reader.failed(x));
    }

    private void tell(@Nullable Callback joined, Consumer<Callback> news) {
        if (joined == null) {
            return;
        }
        try {
            executor.execute(() -> news.accept(joined));
        } catch (RejectedExecutionException stopping) {
            joined.failed(stopping);
        }
    }

    /** It blocks nothing: it hands over. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}

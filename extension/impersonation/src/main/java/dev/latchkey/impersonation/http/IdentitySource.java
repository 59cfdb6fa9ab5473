package dev.latchkey.impersonation.http;

import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * A response's body, whose reader is called back as the identity: Jetty answers a demand past any listener.
 *
 * <p>Threads as Jetty's {@link Content.Source}.
 */
final class IdentitySource implements Content.Source, Invocable {
    private final Content.Source source;
    private final Consumer<Runnable> asIdentity;

    IdentitySource(Content.Source source, Consumer<Runnable> asIdentity) {
        this.source = source;
        this.asIdentity = asIdentity;
    }

    @Override
    public void demand(Runnable callback) {
        source.demand(Invocable.from(Invocable.getInvocationType(callback), () -> asIdentity.accept(callback)));
    }

    @Override
    public Content.Chunk read() {
        return source.read();
    }

    @Override
    public long getLength() {
        return source.getLength();
    }

    @Override
    public void fail(Throwable failure) {
        source.fail(failure);
    }

    @Override
    public void fail(Throwable failure, boolean last) {
        source.fail(failure, last);
    }

    @Override
    public boolean rewind() {
        return source.rewind();
    }

    @Override
    public InvocationType getInvocationType() {
        return Invocable.getInvocationType(source);
    }
}

package dev.latchkey.impersonation.http;

import java.util.function.Supplier;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, read as the identity that sends it: a file is opened by the first read, on a thread of the client.
 *
 * <p>Threads as Jetty's {@link Content.Source}.
 */
final class IdentityContent implements Request.Content {
    private final Request.Content content;
    private final Supplier<@Nullable Object> tag;

    /** @param tag gives the tag of the request, which it has from the sending on */
    IdentityContent(Request.Content content, Supplier<@Nullable Object> tag) {
        this.content = content;
        this.tag = tag;
    }

    @Override
    public String getContentType() {
        return content.getContentType();
    }

    @Override
    public long getLength() {
        return content.getLength();
    }

    @Override
    public Content.Chunk read() {
        if (!(tag.get() instanceof IdentityTag carried)) {
            return content.read();
        }
        try {
            return carried.identity().call(content::read);
        } catch (RuntimeException e) {
            return Content.Chunk.from(e);
        } catch (Exception e) {
            return Content.Chunk.from(new IllegalStateException(e));
        }
    }

    @Override
    public void demand(Runnable callback) {
        content.demand(callback);
    }

    @Override
    public void fail(Throwable failure) {
        content.fail(failure);
    }

    @Override
    public void fail(Throwable failure, boolean last) {
        content.fail(failure, last);
    }

    @Override
    public boolean rewind() {
        return content.rewind();
    }
}

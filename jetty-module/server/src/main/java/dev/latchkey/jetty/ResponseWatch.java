package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Does something before the headers of a response leave, whichever thread sends them and whenever: what they tell the
 * client is true by then. If it fails, so does the response. For one request; any thread.
 */
final class ResponseWatch extends HttpStream.Wrapper {
    private final Runnable task;

    private ResponseWatch(HttpStream wrapped, Runnable task) {
        super(wrapped);
        this.task = task;
    }

    /** @param task run before each set of headers, those of a 1xx too */
    static void before(Request request, Runnable task) {
        request.addHttpStreamWrapper(stream -> new ResponseWatch(stream, task));
    }

    @Override
    public void send(
            MetaData.Request request,
            MetaData.@Nullable Response response,
            boolean last,
            @Nullable ByteBuffer content,
            Callback callback) {
        if (response != null) {
            try {
                task.run();
            } catch (Throwable x) {
                callback.failed(x);
                return;
            }
        }
        super.send(request, response, last, content, callback);
    }
}

package dev.latchkey.jetty;

import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Sends a client on HTTP/2 back to HTTP/1.1, for one request: its stream is reset with HTTP_1_1_REQUIRED (RFC 9113
 * sections 7 and 9.2.1), and other streams know nothing of it.
 *
 * <p>The only class that names Jetty's HTTP/2, whose jars a server need not have: call it for requests that came by
 * HTTP/2. For the thread that handles the request; never blocks.
 */
final class Http11Required {
    private Http11Required() {}

    /** {@return whether the request came by HTTP/2, so that Jetty's HTTP/2 is there} */
    static boolean appliesTo(Request request) {
        return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
    }

    /**
     * Resets the stream of a request, whose body may still be on its way. Reads, writes and the response fail from now
     * on: a body that is read on would wait for ever, and a response could not be sent.
     *
     * @param request one that came by HTTP/2, uncommitted
     * @param why what reads and writes of the request fail with
     */
    static void reset(Request request, JettyNegotiationException why) {
        HTTP2Session session =
                ((HTTP2Connection) request.getConnectionMetaData().getConnection()).getSession();
        HTTP2Stream stream = session.getStream(Integer.parseInt(request.getId()));
        if (stream == null) {
            return; // the client has reset it meanwhile
        }
        stream.reset(new ResetFrame(stream.getId(), ErrorCode.HTTP_1_1_REQUIRED_ERROR.code), Callback.NOOP);
        request.fail(new Reset(why));
    }

    /** Quiet, because it is the answer and no fault. */
    private static final class Reset extends QuietException.Exception {
        private static final long serialVersionUID = 1L;

        Reset(JettyNegotiationException why) {
            super(why.getMessage());
        }
    }
}

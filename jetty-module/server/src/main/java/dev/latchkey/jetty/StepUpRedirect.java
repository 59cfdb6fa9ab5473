package dev.latchkey.jetty;

import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the host that asks in the first handshake: whatever the application answers, the client gets a
 * redirection there, to the same path and query.
 *
 * <p>Below the application, like the reset of HTTP/2, so that nothing is answered by accident. The host is the
 * configured one; nothing that a client sends can name another. Writes come from one thread at a time, as Jetty has it.
 */
final class StepUpRedirect extends HttpStream.Wrapper {
    static final int SAME_METHOD = HttpStatus.TEMPORARY_REDIRECT_307;
    static final int BY_GET = HttpStatus.SEE_OTHER_303;

    private static final Pattern HOST_AND_PORT = Pattern.compile("([^:]+)(?::(\\d{1,5}))?");

    private final int status;
    private final String location;

    private StepUpRedirect(HttpStream wrapped, int status, String location) {
        super(wrapped);
        this.status = status;
        this.location = location;
    }

    /**
     * {@return a setting's host, with its port if it has one}
     *
     * @throws IllegalArgumentException if it is none
     */
    static String checkedHost(String value) {
        Matcher parts = HOST_AND_PORT.matcher(HostPatterns.canonical(value));
        if (!parts.matches()
                || !HostPatterns.isHost(parts.group(1))
                || parts.group(2) != null && Integer.parseInt(parts.group(2)) > 0xFFFF) {
            throw new IllegalArgumentException("latchkey.redirectHost=" + value
                    + ": it must be a host name, with a port if it is another, such as cert.example.org");
        }
        return parts.group();
    }

    /**
     * Redirects a request, if it is set up so.
     *
     * @param request not committed
     * @return whether the client is redirected now, whatever is answered
     */
    static boolean apply(Request request, Alternatives settings) {
        String host = settings.getRedirectHost();
        int status = settings.getRedirectStatus();
        HttpURI uri = request.getHttpURI();
        String path = uri.getPathQuery();
        boolean safe = HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
        if (host == null || path == null || !path.startsWith("/") || status == SAME_METHOD && !safe) {
            return false;
        }
        String own = HostPatterns.canonical(String.valueOf(Request.getServerName(request)));
        String port = port(Request.getServerPort(request));
        String target = host.contains(":") ? host : host + port;
        if (target.equals(own + port)) {
            return false; // it has arrived there, and still cannot be asked
        }
        String location = "https://" + target + path;
        request.addHttpStreamWrapper(stream -> new StepUpRedirect(stream, status, location));
        return true;
    }

    private static String port(int port) {
        return port <= 0 || port == 443 ? "" : ":" + port;
    }

    @Override
    public void send(
            MetaData.Request request,
            MetaData.@Nullable Response response,
            boolean last,
            @Nullable ByteBuffer content,
            Callback callback) {
        boolean interim = response != null && HttpStatus.isInterim(response.getStatus());
        if (interim || response == null && !last) {
            callback.succeeded();
            return;
        }
        super.send(request, response == null ? null : redirection(response), last, BufferUtil.EMPTY_BUFFER, callback);
    }

    private MetaData.Response redirection(MetaData.Response instead) {
        HttpFields fields = HttpFields.build()
                .put(HttpHeader.LOCATION, location)
                .put(HttpHeader.CACHE_CONTROL, "no-store")
                .put(HttpHeader.CONTENT_LENGTH, "0")
                .asImmutable();
        return new MetaData.Response(status, null, instead.getHttpVersion(), fields, 0);
    }
}

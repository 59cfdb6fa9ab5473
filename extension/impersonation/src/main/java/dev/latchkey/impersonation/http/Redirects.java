package dev.latchkey.impersonation.http;

import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a response sends a request of {@code java.net.http} next (RFC 9110 section 15.4).
 *
 * <p>That client would send the same headers along, token included, to wherever it is told. Static; any thread.
 */
final class Redirects {
    /** As many as that client follows by default. */
    static final int MOST = 5;

    private static final Set<String> FOR_ONE_ORIGIN = Set.of("authorization", "cookie", "host");

    private Redirects() {}

    /** {@return the request to be sent next; null if the response is the answer} */
    static @Nullable HttpRequest next(Redirect policy, HttpRequest request, int status, HttpHeaders headers) {
        if (policy == Redirect.NEVER || !Set.of(301, 302, 303, 307, 308).contains(status)) {
            return null;
        }
        String location = headers.firstValue("location").orElse(null);
        URI target = location == null ? null : resolve(request.uri(), location);
        if (target == null || !allowed(policy, request.uri(), target)) {
            return null;
        }
        boolean sameOrigin = Negotiation.origin(request.uri()).equals(Negotiation.origin(target));
        HttpRequest.Builder next = HttpRequest.newBuilder(
                        request, (name, value) -> sameOrigin || !FOR_ONE_ORIGIN.contains(name.toLowerCase(Locale.ROOT)))
                .uri(target);
        boolean becomesGet = status == 303 && !request.method().equals("HEAD")
                || (status == 301 || status == 302) && request.method().equals("POST");
        return becomesGet ? next.method("GET", BodyPublishers.noBody()).build() : next.build();
    }

    private static @Nullable URI resolve(URI from, String location) {
        try {
            URI target = from.resolve(location);
            return target.getHost() == null ? null : target;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean allowed(Redirect policy, URI from, URI to) {
        String before = from.getScheme().toLowerCase(Locale.ROOT);
        String after = to.getScheme().toLowerCase(Locale.ROOT);
        boolean http = after.equals("http") || after.equals("https");
        return http && (policy == Redirect.ALWAYS || !before.equals("https") || after.equals("https"));
    }
}

package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a redirect leads, and what goes along. */
class RedirectsTest {
    private static HttpRequest next(Redirect policy, String method, int status, String location) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://a.test/x"))
                .method(method, BodyPublishers.ofString("body"))
                .header("Authorization", "Negotiate secret")
                .header("Cookie", "a=b")
                .header("Accept", "text/plain")
                .build();
        return Redirects.next(
                policy, request, status, HttpHeaders.of(Map.of("location", List.of(location)), (name, value) -> true));
    }

    @Test
    void whatProvesTheUserStaysWithItsOrigin() {
        HttpRequest away = next(Redirect.NORMAL, "GET", 307, "https://b.test/y");
        assertThat(away.uri()).isEqualTo(URI.create("https://b.test/y"));
        assertThat(away.headers().map()).containsOnlyKeys("Accept");
        HttpRequest same = next(Redirect.NORMAL, "GET", 307, "/y");
        assertThat(same.headers().map()).containsKeys("Authorization", "Cookie", "Accept");
    }

    @ParameterizedTest
    @CsvSource({"POST,301,GET", "POST,302,GET", "PUT,302,PUT", "PUT,303,GET", "HEAD,303,HEAD", "POST,307,POST"})
    void theMethodIsWhatTheStatusMakesOfIt(String method, int status, String then) {
        assertThat(next(Redirect.NORMAL, method, status, "/y").method()).isEqualTo(then);
    }

    @Test
    void whereItMustNotGoItStays() {
        assertThat(next(Redirect.NEVER, "GET", 302, "/y")).isNull();
        assertThat(next(Redirect.NORMAL, "GET", 302, "http://a.test/y")).isNull();
        assertThat(next(Redirect.ALWAYS, "GET", 302, "http://a.test/y")).isNotNull();
        assertThat(next(Redirect.ALWAYS, "GET", 302, "file:///etc/passwd")).isNull();
        assertThat(next(Redirect.NORMAL, "GET", 302, "://")).isNull();
        assertThat(next(Redirect.NORMAL, "GET", 304, "/y")).isNull();
    }
}

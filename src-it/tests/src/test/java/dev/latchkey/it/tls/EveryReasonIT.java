package dev.latchkey.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.NegotiationException;
import dev.latchkey.Reason;
import dev.latchkey.it.CapturedLog;
import dev.latchkey.it.Lane;
import dev.latchkey.it.tls.Provocations.Provocation;
import dev.latchkey.jetty.NegotiationStatistics;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every failure looks the same: one line at INFO with its code and its request, one count, its own 4xx where an answer
 * can still be given, and neither warning nor stack trace; whether it leaves a servlet or a core handler. Those of HTTP/2
 * are in {@code it.http2}.
 */
class EveryReasonIT {
    static Stream<Provocation> provocations() {
        return Provocations.all().stream();
    }

    @Test
    void thereIsNoReasonThatIsNotProvoked() {
        Set<Reason> provoked = EnumSet.of(Reason.HTTP_VERSION); // which HTTP/1.1 is never
        provocations().map(Provocation::reason).forEach(provoked::add);
        assertThat(provoked).containsExactlyInAnyOrder(Reason.values());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("provocations")
    void itHasOneLineOneCountItsStatusAndNoStackTrace(Provocation provocation) throws Exception {
        Reason reason = provocation.reason();
        try (ReasonScene scene = new ReasonScene(provocation)) {
            List<String> lines;
            try (CapturedLog log = new CapturedLog()) {
                int status;
                try {
                    status = provocation.client().status(scene);
                } catch (IOException noAnswer) {
                    status = ReasonScene.NO_ANSWER;
                }
                assertThat(status).isEqualTo(provocation.status());
                NegotiationException told = scene.failure().get(20, TimeUnit.SECONDS);
                assertThat(told.reason()).isEqualTo(reason);
                assertThat(told.status()).isBetween(400, 499);
                scene.awaitEnd();
                lines = log.ofLatchkey();
                assertThat(log.problems()).isEmpty();
            }
            assertThat(lines).singleElement().asString().contains(reason.code() + " " + reason.token() + ": ");
            String where = provocation.tls().isEmpty() ? Lane.current().protocol() : provocation.tls();
            assertThat(lines.get(0))
                    .contains(" " + provocation.path() + " HTTP/1.1, " + where + ", from 127.0.0.1:")
                    .doesNotContain("secret");
            NegotiationStatistics counts = scene.statistics();
            assertThat(counts.getFailed()).isEqualTo(1);
            assertThat(counts.getFailures(reason.code())).isEqualTo(1);
        }
    }

    @Test
    void aLineCannotBeForgedAndIsNoLongerThanItIsWorth() throws Exception {
        Provocation provocation = Provocations.prefetch(true);
        try (ReasonScene scene = new ReasonScene(provocation);
                CapturedLog log = new CapturedLog()) {
            String path = ReasonScene.PATH + "/%22a;jsessionid=secret/x" + "y".repeat(1000) + "?secret=secret";
            assertThat(scene.client(null).get(path, "Sec-Purpose: prefetch\r\n").status())
                    .isEqualTo(403);
            await().until(() -> !log.ofLatchkey().isEmpty());
            assertThat(log.ofLatchkey())
                    .singleElement()
                    .asString()
                    .contains("GET " + ReasonScene.PATH + "/%22a/xyyyy")
                    .doesNotContain("secret")
                    .hasSizeLessThan(600);
        }
    }

    @Test
    void aFloodOfCheapFailuresIsCountedInFullAndNotWrittenInFull() throws Exception {
        int most = 250;
        try (ReasonScene scene = new ReasonScene(Provocations.prefetch(false));
                CapturedLog log = new CapturedLog()) {
            var client = scene.client(null);
            for (int i = 0; i < most; i++) {
                assertThat(client.get(ReasonScene.PATH, "Sec-Purpose: prefetch\r\n")
                                .status())
                        .isEqualTo(403);
            }
            assertThat(scene.statistics().getFailures("speculative")).isEqualTo(most);
            await("the line that tells how many were left out").untilAsserted(() -> {
                int written = log.lines("LK507 speculative: ").size();
                int leftOut = log.lines("left out: LK507 speculative ").stream()
                        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
                assertThat(written).isGreaterThanOrEqualTo(100).isLessThan(most);
                assertThat(written + leftOut).isEqualTo(most);
            });
        }
    }

    @Test
    void aSecondCallAfterAFailureThatCostsTheConnectionFailsAsTheFirst() throws Exception {
        try (ReasonScene scene = new ReasonScene(Provocations.twiceAfterTheDeadline());
                CapturedLog log = new CapturedLog()) {
            var client = scene.client(null);
            client.send("GET " + ReasonScene.PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            NegotiationException second = scene.failure().get(20, TimeUnit.SECONDS);
            assertThat(second.reason()).isEqualTo(Reason.TIMEOUT);
            if (Lane.current().isPostHandshake()) {
                assertThat(client.readFinal().status()).isEqualTo(408);
            } else {
                assertThatThrownBy(client::readFinal).isInstanceOf(IOException.class);
            }
            scene.awaitEnd();
            assertThat(scene.statistics().getFailed()).isEqualTo(1);
            assertThat(log.ofLatchkey()).hasSize(1);
            assertThat(log.problems()).isEmpty();
        }
    }
}

package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A flow with one {@link FaultyIdentity}, whose lost threads are only noted; after each test all parts must be given back
 * and the test's own thread clean.
 */
final class FlowFixture implements AfterEachCallback {
    final FaultyIdentity faulty = new FaultyIdentity();
    final List<IdentityException> lost = new CopyOnWriteArrayList<>();
    final IdentityFlow flow = IdentityFlow.builder()
            .provider(faulty)
            .onLostThread((thread, failure) -> lost.add(failure))
            .build();

    /** Does something as a server's thread would that serves this user. */
    void as(String user, Runnable work) {
        faulty.impersonate(user);
        try {
            work.run();
        } finally {
            faulty.impersonate(null);
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        faulty.fail();
        assertThat(faulty.onThread()).as("what the test's thread carries").isNull();
        Awaitility.await()
                .untilAsserted(() -> assertThat(faulty.open()).as("open parts").isZero());
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(flow.statistics().held()).as("held parts").isZero());
        flow.close();
    }
}

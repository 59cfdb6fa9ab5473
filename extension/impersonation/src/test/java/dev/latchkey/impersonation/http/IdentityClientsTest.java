package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R38: equal identities share a client, others do not; clients are bounded and do not outlive their use. */
class IdentityClientsTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final List<String> madeAs = new CopyOnWriteArrayList<>();

    private IdentityClients clients(int most, Duration idle) {
        return new IdentityClients(
                flow,
                () -> {
                    madeAs.add(String.valueOf(faulty.onThread()));
                    return HttpClient.newHttpClient();
                },
                most,
                idle);
    }

    private IdentityClients.Lease lend(IdentityClients clients, String user) {
        try (Identity identity = flow.of(faulty.part(user))) {
            return identity.call(() -> clients.lend(identity.key()));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(faulty.open()).isZero();
        flow.close();
    }

    @Test
    void eachIdentityHasItsOwnMadeByNobody() {
        try (IdentityClients clients = clients(10, Duration.ofMinutes(1));
                IdentityClients.Lease first = lend(clients, "alice");
                IdentityClients.Lease again = lend(clients, "alice");
                IdentityClients.Lease other = lend(clients, "bob")) {
            assertThat(again.client()).isSameAs(first.client());
            assertThat(other.client()).isNotSameAs(first.client());
            assertThat(madeAs).containsExactly("null", "null");
        }
    }

    @Test
    void aboveTheBoundTheOneUnusedLongestGoesAndNoneThatIsInUse() {
        try (IdentityClients clients = clients(2, Duration.ofMinutes(1));
                IdentityClients.Lease alice = lend(clients, "alice")) {
            lend(clients, "bob").close();
            lend(clients, "carol").close();
            assertThat(clients.size()).isEqualTo(2);
            try (IdentityClients.Lease dave = lend(clients, "dave")) {
                assertThatThrownBy(() -> lend(clients, "erin"))
                        .isInstanceOfSatisfying(NegotiateException.class, x -> assertThat(x.failure())
                                .isEqualTo(NegotiateFailure.TOO_MANY));
                assertThat(dave.client()).isNotSameAs(alice.client());
            }
        }
    }

    @Test
    void anIdleOneIsForgotten() {
        try (IdentityClients clients = clients(10, Duration.ofMillis(20))) {
            IdentityClients.Lease used = lend(clients, "alice");
            lend(clients, "bob").close();
            await().until(() -> clients.size() == 1);
            used.close();
            await().until(() -> clients.size() == 0);
        }
    }
}

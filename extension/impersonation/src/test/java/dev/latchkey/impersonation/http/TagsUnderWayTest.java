package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TagsUnderWayTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final TagsUnderWay underWay = new TagsUnderWay();

    @AfterEach
    void nothingIsLeft() {
        assertThat(faulty.open()).isZero();
        flow.close();
    }

    private IdentityTag tag(String user) {
        return new IdentityTag(flow.of(faulty.part(user)), null);
    }

    @Test
    void whoHasNoRequestUnderWayHasNoIdentity() {
        IdentityTag alice = tag("alice");
        try (IdentityTag bob = tag("bob")) {
            underWay.add(alice);
            assertThat(underWay.retain(bob.key())).isNull();
        }
        underWay.done(alice);
        assertThat(underWay.retain(alice.key())).isNull();
    }

    /** A connection is made for a request of the same user that may end at any time. */
    @Test
    void anIdentityThatWasTakenIsOpenHoweverSoonItsRequestEnds() throws Exception {
        IdentityTag lasting = tag("alice");
        underWay.add(lasting);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> requests = CompletableFuture.runAsync(() -> {
            IdentityTag oldest = lasting;
            while (!over.get()) {
                IdentityTag next = tag("alice");
                underWay.add(next);
                underWay.done(oldest);
                oldest = next;
            }
            underWay.done(oldest);
        });
        try {
            for (int i = 0; i < 100_000; i++) {
                try (Identity own = underWay.retain(lasting.key())) {
                    assertThat(own).isNotNull();
                    own.retain().close();
                }
            }
        } finally {
            over.set(true);
            requests.get(30, TimeUnit.SECONDS);
        }
    }
}

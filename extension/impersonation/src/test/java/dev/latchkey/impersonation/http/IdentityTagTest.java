package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.IdentityFlow;
import org.junit.jupiter.api.Test;

/** R38: connections are found again by whoever has them, and by nobody else. */
class IdentityTagTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();

    private IdentityTag tag(String user, String inner) {
        return new IdentityTag(flow.of(faulty.part(user)), inner);
    }

    @Test
    void tagsOfOneIdentityAreEqualAlsoWhenItIsClosedAndOthersAreNot() {
        try (IdentityTag alice = tag("alice", null);
                IdentityTag again = tag("alice", null);
                IdentityTag bob = tag("bob", null);
                IdentityTag inner = tag("alice", "proxy");
                IdentityTag nobody = new IdentityTag(flow.none(), null)) {
            assertThat(alice).isEqualTo(again).hasSameHashCodeAs(again);
            assertThat(alice).isNotEqualTo(bob).isNotEqualTo(inner).isNotEqualTo(nobody);
            again.close();
            assertThat(alice).isEqualTo(again);
        }
        assertThat(faulty.open()).isZero();
        flow.close();
    }
}

package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A scope belongs to its thread, and to the task it was opened in. */
@Timeout(60)
class IdentityScopeTest {
    @RegisterExtension
    final FlowFixture fixture = new FlowFixture();

    private final FaultyIdentity faulty = fixture.faulty;

    private Identity user(String name) {
        return fixture.flow.of(faulty.part(name));
    }

    @Test
    void theThreadCarriesTheIdentityUntilTheScopeIsClosed() {
        try (Identity alice = user("alice")) {
            try (IdentityScope scope = alice.open()) {
                assertThat(faulty.onThread()).isEqualTo("alice");
            }
            assertThat(faulty.onThread()).isNull();
        }
    }

    @Test
    void aScopeKeepsItsIdentityThoughThatIsClosed() {
        Identity alice = user("alice");
        IdentityScope scope = alice.open();
        alice.close();
        assertThat(faulty.open()).isEqualTo(1);
        scope.close();
    }

    @Test
    void toCloseItOnAnotherThreadThrowsAndChangesNothing() throws Exception {
        try (Identity alice = user("alice")) {
            IdentityScope scope = alice.open();
            CompletableFuture<Throwable> elsewhere =
                    CompletableFuture.runAsync(scope::close).handle((nothing, failure) -> failure);
            assertThat(elsewhere.get(10, TimeUnit.SECONDS)).hasMessageContaining("LK611");
            assertThat(faulty.onThread()).isEqualTo("alice");
            scope.close();
        }
    }

    @Test
    void toCloseItTwiceOrOutOfOrderThrowsAndChangesNothing() {
        try (Identity alice = user("alice");
                Identity bob = user("bob")) {
            IdentityScope outer = alice.open();
            IdentityScope inner = bob.open();
            assertThatThrownBy(outer::close).hasMessageStartingWith("LK611");
            assertThat(faulty.onThread()).isEqualTo("bob");
            inner.close();
            assertThatThrownBy(inner::close).hasMessageStartingWith("LK611");
            assertThat(faulty.onThread()).isEqualTo("alice");
            outer.close();
        }
    }

    @Test
    void oneThatATaskLeavesOpenIsRevertedAndReported() {
        try (Identity alice = user("alice");
                Identity bob = user("bob")) {
            IdentityScope[] left = new IdentityScope[1];
            alice.run(() -> left[0] = bob.open());
            assertThat(faulty.onThread()).isNull();
            assertThat(fixture.flow.statistics().leftOpen()).isEqualTo(1);
            assertThatThrownBy(left[0]::close).hasMessageStartingWith("LK611");
        }
        assertThat(faulty.open()).isZero();
    }
}

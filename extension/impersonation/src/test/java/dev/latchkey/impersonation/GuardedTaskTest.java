package dev.latchkey.impersonation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.impersonation.FaultyIdentity.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a task on the calling thread, with providers that fail at each call. */
class GuardedTaskTest {
    private final FaultyIdentity first = new FaultyIdentity("first", 1);
    private final FaultyIdentity second = new FaultyIdentity("second", 2);
    private final List<IdentityException> lost = new ArrayList<>();
    private final IdentityFlow flow = IdentityFlow.builder()
            .provider(second)
            .provider(first)
            .onLostThread((thread, failure) -> lost.add(failure))
            .build();

    @AfterEach
    void allIsGivenBack() {
        assertThat(first.open()).as("open parts of first").isZero();
        assertThat(second.open()).as("open parts of second").isZero();
        assertThat(flow.statistics().held()).isZero();
        flow.close();
    }

    @Test
    void workRunsAsTheIdentityAndTheThreadIsCleanAfterwards() {
        try (Identity alice = flow.of(first.part("alice"), second.part("a"))) {
            alice.run(() -> {
                assertThat(first.onThread()).isEqualTo("alice");
                assertThat(second.onThread()).isEqualTo("a");
            });
        }
        assertThat(first.onThread()).isNull();
        assertThat(second.onThread()).isNull();
    }

    @Test
    void anOuterIdentityIsRestoredAfterANestedOne() {
        try (Identity alice = flow.of(first.part("alice"));
                Identity bob = flow.of(first.part("bob"))) {
            alice.run(() -> {
                bob.run(() -> assertThat(first.onThread()).isEqualTo("bob"));
                assertThat(first.onThread()).isEqualTo("alice");
            });
        }
    }

    @Test
    void noIdentityRunsCleanOnAThreadThatCarriesOne() {
        first.impersonate("alice");
        flow.none().run(() -> assertThat(first.onThread()).isNull());
        assertThat(first.onThread()).isEqualTo("alice");
        first.impersonate(null);
    }

    @Test
    void aProviderWithoutAPartRunsClean() {
        second.impersonate("somebody");
        try (Identity alice = flow.of(first.part("alice"))) {
            alice.run(() -> assertThat(second.onThread()).isNull());
        }
        assertThat(second.onThread()).isEqualTo("somebody");
        second.impersonate(null);
    }

    @Test
    void aFailedApplyMeansThatTheTaskDoesNotRun() {
        refused(Call.APPLY, IdentityFailure.APPLY_FAILED);
    }

    @Test
    void anApplyThatOnlySaysSoMeansThatTheTaskDoesNotRun() {
        refused(Call.APPLY_SILENTLY, IdentityFailure.VERIFY_FAILED);
    }

    @Test
    void aThreadThatCannotBeReadMeansThatTheTaskDoesNotRun() {
        refused(Call.CAPTURE, IdentityFailure.CAPTURE_FAILED);
    }

    private void refused(Call call, IdentityFailure failure) {
        AtomicBoolean ran = new AtomicBoolean();
        try (Identity alice = flow.of(first.part("alice"), second.part("a"))) {
            second.fail(call);
            assertThatThrownBy(() -> alice.run(() -> ran.set(true)))
                    .isInstanceOfSatisfying(IdentityException.class, e -> assertThat(e.failure())
                            .isEqualTo(failure))
                    .hasMessageStartingWith(failure.code())
                    .hasMessageContaining("second");
        }
        second.fail();
        assertThat(ran).isFalse();
        assertThat(first.onThread()).as("what the other provider had applied").isNull();
        assertThat(second.onThread()).isNull();
        assertThat(lost).isEmpty();
        assertThat(flow.statistics().refused()).isEqualTo(1);
    }

    @Test
    void afterAFailedRevertTheOthersAreStillRevertedAndTheThreadIsLost() {
        try (Identity alice = flow.of(first.part("alice"), second.part("a"))) {
            second.fail(Call.REVERT);
            assertThatThrownBy(() -> alice.run(() -> {}))
                    .isInstanceOfSatisfying(IdentityException.class, e -> assertThat(e.failure())
                            .isEqualTo(IdentityFailure.REVERT_FAILED));
        }
        assertThat(first.onThread()).isNull();
        assertThat(lost)
                .singleElement()
                .extracting(IdentityException::failure)
                .isEqualTo(IdentityFailure.REVERT_FAILED);
        assertThat(flow.statistics().lostThreads()).isEqualTo(1);
        second.impersonate(null);
    }

    @Test
    void aRevertThatOnlySaysSoIsFound() {
        try (Identity alice = flow.of(first.part("alice"))) {
            first.fail(Call.REVERT_SILENTLY);
            assertThatThrownBy(() -> alice.run(() -> {})).hasMessageStartingWith("LK604");
        }
        assertThat(lost).hasSize(1);
        first.impersonate(null);
    }

    @Test
    void whatTheTaskThrewIsKeptBesideAFailedRevert() {
        IllegalArgumentException own = new IllegalArgumentException("own");
        try (Identity alice = flow.of(first.part("alice"))) {
            first.fail(Call.REVERT);
            assertThatThrownBy(() -> alice.run(() -> {
                        throw own;
                    }))
                    .hasMessageStartingWith("LK604")
                    .satisfies(e -> assertThat(e.getSuppressed()).contains(own));
        }
        first.impersonate(null);
    }

    @Test
    void whatTheTaskThrowsComesOutAndTheThreadIsClean() {
        IllegalArgumentException own = new IllegalArgumentException("own");
        try (Identity alice = flow.of(first.part("alice"))) {
            assertThatThrownBy(() -> alice.run(() -> {
                        throw own;
                    }))
                    .isSameAs(own);
        }
        assertThat(first.onThread()).isNull();
    }

    @Test
    void aClosedIdentityRunsNothing() {
        Identity alice = flow.of(first.part("alice"));
        alice.close();
        alice.close();
        assertThatThrownBy(() -> alice.run(() -> {})).hasMessageStartingWith("LK608");
    }

    @Test
    void anotherReferenceKeepsTheIdentityOpen() {
        Identity alice = flow.of(first.part("alice"));
        try (Identity again = alice.retain()) {
            alice.close();
            again.run(() -> assertThat(first.onThread()).isEqualTo("alice"));
        }
    }

    @Test
    void aForeignPartIsRefusedAndGivenBack() {
        FaultyIdentity foreign = new FaultyIdentity("foreign", 0);
        assertThatThrownBy(() -> flow.of(first.part("alice"), foreign.part("f")))
                .hasMessageStartingWith("LK609")
                .hasMessageContaining("foreign");
        assertThat(foreign.open()).isZero();
    }

    @Test
    void equalCapturesHaveEqualKeysAndNoneIsAKeyOfItsOwn() {
        try (Identity one = flow.of(first.part("alice"));
                Identity two = flow.of(first.part("alice"));
                Identity other = flow.of(second.part("alice"))) {
            assertThat(one.key()).isEqualTo(two.key()).hasSameHashCodeAs(two.key());
            assertThat(one.key()).isNotEqualTo(other.key());
            assertThat(flow.none().key()).isEqualTo(IdentityKey.none()).isNotEqualTo(one.key());
        }
    }
}

package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is taken for a proof, and that every handle is given back once; Windows is a double that can refuse any call. */
class SspiExchangeTest {
    private static final byte[] TOKEN = {1, 2, 3};
    private static final byte[] ANSWER = {4};
    private static final byte[] NOTHING = {};
    private static final int PROVEN = SspiExchange.MUTUAL_AUTH;

    private final Scripted windows = new Scripted();

    /** Answers leg after leg what it was told, and counts what is open. */
    private static final class Scripted implements SspiCalls {
        final Deque<Leg> legs = new ArrayDeque<>();
        final List<String> said = new ArrayList<>();
        int refusal;
        int credentials;
        int contexts;

        void leg(int status, int attributes, byte[] token) {
            legs.add(new Leg(status, attributes, token, status < 0 ? null : "context"));
        }

        @Override
        public Object acquire() {
            if (refusal != 0) {
                throw new SspiException("AcquireCredentialsHandle", refusal);
            }
            credentials++;
            return "credential";
        }

        @Override
        public Leg initialize(
                Object credential,
                @Nullable Object context,
                String target,
                int requirements,
                byte @Nullable [] answer) {
            said.add(target + " " + requirements + " " + (answer == null ? "first" : answer.length));
            Leg leg = legs.remove();
            if (context == null && leg.context() != null) {
                contexts++;
            }
            return leg;
        }

        @Override
        public void deleteContext(Object context) {
            contexts--;
        }

        @Override
        public void freeCredential(Object credential) {
            credentials--;
        }
    }

    @AfterEach
    void allIsGivenBack() {
        assertThat(windows.credentials).as("credentials").isZero();
        assertThat(windows.contexts).as("contexts").isZero();
        assertThat(windows.legs).as("legs that were not asked for").isEmpty();
    }

    private static void refused(ThrowingCallable call, NegotiateFailure failure, String word) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NegotiateException.class, x -> assertThat(x.failure()).isEqualTo(failure))
                .hasMessageContaining(word);
    }

    @Test
    void oneAnswerOfTheServerProvesIt() {
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        windows.leg(SspiExchange.OK, PROVEN, NOTHING);
        try (SspiExchange exchange = SspiExchange.open(windows, "files.test", false)) {
            assertThat(exchange.first()).isEqualTo(TOKEN);
            exchange.finish(ANSWER);
            exchange.close();
        }
        assertThat(windows.said).containsExactly("HTTP/files.test 2 first", "HTTP/files.test 2 1");
    }

    @Test
    void delegationIsAskedForOnlyWhereItIsWanted() {
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        SspiExchange.open(windows, "files.test", true).close();
        assertThat(windows.said).containsExactly("HTTP/files.test 3 first");
    }

    @Test
    void aUserWithoutCredentialsIsToldApart() {
        windows.refusal = SspiException.NO_CREDENTIALS;
        refused(() -> SspiExchange.open(windows, "h", false), NegotiateFailure.NO_CREDENTIAL, "delegation");
        windows.refusal = SspiException.PACKAGE_NOT_FOUND;
        refused(() -> SspiExchange.open(windows, "h", false), NegotiateFailure.REFUSED, "0x80090305");
    }

    @Test
    void aFirstLegThatIsRefusedOrEmptyGivesNoToken() {
        windows.leg(SspiException.TARGET_UNKNOWN, 0, NOTHING);
        refused(() -> SspiExchange.open(windows, "h", false), NegotiateFailure.REFUSED, "setspn");
        windows.leg(SspiException.NO_CREDENTIALS, 0, NOTHING);
        refused(() -> SspiExchange.open(windows, "h", false), NegotiateFailure.NO_CREDENTIAL, "h: ");
        windows.leg(SspiExchange.OK, PROVEN, NOTHING);
        refused(() -> SspiExchange.open(windows, "h", false), NegotiateFailure.REFUSED, "no token");
    }

    @Test
    void aServerThatDoesNotProveItselfIsRefused() {
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        windows.leg(SspiExchange.OK, 0, NOTHING);
        try (SspiExchange exchange = SspiExchange.open(windows, "h", false)) {
            refused(() -> exchange.finish(ANSWER), NegotiateFailure.SERVER_UNPROVEN, "without a key");
        }
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        windows.leg(SspiException.WRONG_PRINCIPAL, 0, NOTHING);
        try (SspiExchange exchange = SspiExchange.open(windows, "h", false)) {
            refused(() -> exchange.finish(ANSWER), NegotiateFailure.SERVER_UNPROVEN, "not the one");
        }
    }

    /** NTLM goes on where Kerberos is done, and proves no server. */
    @Test
    void anExchangeThatWantsMoreIsRefused() {
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        windows.leg(SspiExchange.CONTINUE_NEEDED, PROVEN, TOKEN);
        try (SspiExchange exchange = SspiExchange.open(windows, "h", false)) {
            refused(() -> exchange.finish(ANSWER), NegotiateFailure.SERVER_UNPROVEN, "NTLM");
        }
        windows.leg(SspiExchange.CONTINUE_NEEDED, 0, TOKEN);
        windows.leg(SspiExchange.OK, PROVEN, TOKEN);
        try (SspiExchange exchange = SspiExchange.open(windows, "h", false)) {
            refused(() -> exchange.finish(ANSWER), NegotiateFailure.SERVER_UNPROVEN, "more");
        }
    }
}

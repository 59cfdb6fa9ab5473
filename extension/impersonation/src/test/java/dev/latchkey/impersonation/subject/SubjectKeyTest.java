package dev.latchkey.impersonation.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import javax.security.auth.kerberos.KerberosPrincipal;
import javax.security.auth.kerberos.KerberosTicket;
import javax.security.auth.x500.X500Principal;
import org.ietf.jgss.GSSCredential;
import org.ietf.jgss.GSSName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each pair of Subjects that could be taken for one another, and what makes a Subject of no more use. */
class SubjectKeyTest {
    private static final Instant NOW = Instant.now();
    private static final KerberosPrincipal ALICE = new KerberosPrincipal("alice@A.TEST");
    private static final Object SHARED = new Object();

    private final IdentityFlow flow =
            IdentityFlow.builder().provider(new SubjectIdentity()).build();

    @AfterEach
    void close() {
        assertThat(flow.statistics().held()).isZero();
        flow.close();
    }

    private static SubjectKey key(Subject subject) {
        return SubjectKey.of(subject);
    }

    /** The one name and its credentials. */
    private static Subject subject(Principal principal, Object... credentials) {
        Subject subject = new Subject();
        subject.getPrincipals().add(principal);
        subject.getPrivateCredentials().addAll(List.of(credentials));
        return subject;
    }

    private static KerberosTicket ticket(String server, Instant since, Instant end) {
        return new KerberosTicket(
                new byte[] {1},
                ALICE,
                new KerberosPrincipal(server),
                new byte[16],
                17,
                new boolean[32],
                Date.from(since),
                Date.from(since),
                Date.from(end),
                null,
                null);
    }

    private static KerberosTicket granting(Instant since) {
        return ticket("krbtgt/A.TEST@A.TEST", since, NOW.plusSeconds(600));
    }

    private static KerberosTicket forService() {
        return ticket("HTTP/www.a.test@A.TEST", NOW, NOW.plusSeconds(600));
    }

    /** A credential of alice whose remaining lifetime may be asked for as this says. */
    private static GSSCredential gss(Supplier<Integer> lifetime) {
        GSSName name = (GSSName) Proxy.newProxyInstance(
                GSSName.class.getClassLoader(),
                new Class<?>[] {GSSName.class},
                (proxy, method, arguments) -> "alice@A.TEST");
        return (GSSCredential) Proxy.newProxyInstance(
                GSSCredential.class.getClassLoader(),
                new Class<?>[] {GSSCredential.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getRemainingLifetime" -> lifetime.get();
                    case "getName" -> name;
                    // What an unfriendly class says.
                    case "equals" -> arguments[0] instanceof GSSCredential;
                    case "hashCode" -> 1;
                    default -> "a credential";
                });
    }

    private record Named(String name, String tenant) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }

    /** A class as many: it knows a name only. */
    private record OnlyNamed(String name) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }

    /** A token that says of two users that they are one. */
    private record Token(String kind) {}

    private static final Map<String, Supplier<Subject>> ALIKE = Map.ofEntries(
            Map.entry("nothing at all", Subject::new),
            Map.entry("a token and no name", () -> {
                Subject subject = new Subject();
                subject.getPrivateCredentials().add(new Token("bearer"));
                return subject;
            }),
            Map.entry("a delegated credential and no name", () -> {
                Subject subject = new Subject();
                subject.getPrivateCredentials().add(gss(() -> 60));
                return subject;
            }),
            Map.entry("one name of two realms", () -> subject(new OnlyNamed("admin"))),
            Map.entry("one distinguished name of two authorities", () -> subject(new X500Principal("CN=alice"))),
            Map.entry("one name, and a credential that all share", () -> subject(new OnlyNamed("admin"), SHARED)),
            Map.entry("one name and password", () -> subject(new OnlyNamed("admin"), "password")),
            Map.entry("two logons with tokens", () -> subject(ALICE, new Token("bearer"))),
            Map.entry("two logons with credentials", () -> subject(ALICE, gss(() -> 60))),
            Map.entry("a Kerberos name in two tenants", new Supplier<>() {
                private int tenant;

                @Override
                public Subject get() {
                    Subject subject = subject(ALICE);
                    subject.getPrincipals().add(new Named("alice", "tenant " + tenant++));
                    return subject;
                }
            }),
            Map.entry("two Kerberos logons", new Supplier<>() {
                private int second;

                @Override
                public Subject get() {
                    return subject(ALICE, granting(NOW.plusSeconds(second++)));
                }
            }));

    static List<String> alike() {
        return ALIKE.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("alike")
    void twoThatLookAlikeAreNotOne(String what) {
        Subject one = ALIKE.get(what).get();
        Subject other = ALIKE.get(what).get();
        assertThat(key(one)).isNotEqualTo(key(other));
        assertThat(key(one)).isEqualTo(key(one)).hasSameHashCodeAs(key(one));
    }

    @Test
    void aFreshSubjectOfTheSameLogonIsTheSame() {
        GSSCredential delegated = gss(() -> 60);
        assertThat(key(subject(ALICE))).isEqualTo(key(subject(new KerberosPrincipal("alice@A.TEST"))));
        assertThat(key(subject(ALICE))).isNotEqualTo(key(subject(new KerberosPrincipal("alice@B.TEST"))));
        assertThat(key(subject(ALICE, granting(NOW)))).isEqualTo(key(subject(ALICE, granting(NOW))));
        assertThat(key(subject(ALICE, delegated))).isEqualTo(key(subject(ALICE, delegated)));
        // As GSSUtil.createSubject makes it of a credential that is delegated anew with each request.
        assertThat(key(subject(ALICE, granting(NOW), gss(() -> 60))))
                .isEqualTo(key(subject(ALICE, granting(NOW), gss(() -> 60))))
                .isNotEqualTo(key(subject(ALICE, granting(NOW))))
                .isNotEqualTo(key(subject(ALICE, gss(() -> 60))));
    }

    @Test
    void whatIsAddedLaterChangesNoKey() {
        for (Subject subject : List.of(
                new Subject(),
                subject(new OnlyNamed("admin"), new Token("bearer")),
                subject(ALICE, granting(NOW)),
                subject(ALICE, gss(() -> 60)))) {
            SubjectKey before = key(subject);
            try (Identity identity = flow.of(SubjectIdentity.part(subject))) {
                subject.getPrivateCredentials().add(forService());
                subject.getPrivateCredentials().add(granting(NOW));
                subject.getPrivateCredentials().add(new Token("another"));
                subject.getPublicCredentials().add("public");
                assertThat(key(subject)).isEqualTo(before);
                identity.run(() -> {});
            }
        }
    }

    @Test
    void aSubjectThatLogsOnAnewIsAnother() {
        Subject subject = subject(ALICE, new Token("bearer"));
        SubjectKey before = key(subject);
        subject.getPrivateCredentials().clear();
        subject.getPrivateCredentials().add(new Token("bearer"));
        assertThat(key(subject)).isNotEqualTo(before);
    }

    @Test
    void aRenewedTicketIsOfTheSameLogon() {
        Subject subject = subject(ALICE, ticket("krbtgt/A.TEST@A.TEST", NOW, NOW.minusSeconds(1)));
        try (Identity identity = flow.of(SubjectIdentity.part(subject))) {
            refused(identity, "a ticket ended at");
            subject.getPrivateCredentials().add(granting(NOW));
            identity.run(() -> {});
            subject.getPrivateCredentials().removeIf(ticket -> !((KerberosTicket) ticket).isCurrent());
            identity.run(() -> {});
        }
    }

    private static void refused(Identity identity, String reason) {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> identity.run(() -> {
                        throw new AssertionError("it ran");
                    }))
                    .hasMessageStartingWith("LK603")
                    .hasMessageContaining(reason);
        }
    }

    @Test
    void eachLaterTaskOfADestroyedCredentialIsRefused() throws Exception {
        KerberosTicket ticket = granting(NOW);
        try (Identity identity = flow.of(SubjectIdentity.part(subject(ALICE, ticket)))) {
            identity.run(() -> {});
            ticket.destroy();
            refused(identity, "a credential was destroyed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"disposed", "ended"})
    void soIsThatOfOneThatWasDisposedOfOrHasEnded(String how) {
        List<String> state = new ArrayList<>();
        GSSCredential credential = gss(() -> {
            if (state.contains("disposed")) {
                throw new IllegalStateException("This credential is no longer valid");
            }
            return state.contains("ended") ? 0 : 60;
        });
        for (Subject subject : List.of(subject(ALICE, credential), subject(ALICE, credential, granting(NOW)))) {
            state.clear();
            try (Identity identity = flow.of(SubjectIdentity.part(subject))) {
                identity.run(() -> {});
                state.add(how);
                refused(identity, how.equals("ended") ? "has ended" : "was disposed of");
            }
        }
    }

    /** Java caches tickets, and forgets them when they end. */
    @Test
    void aServicesTicketMayComeAndGo() throws Exception {
        KerberosTicket cached = forService();
        Subject subject = subject(ALICE, granting(NOW), cached);
        try (Identity identity = flow.of(SubjectIdentity.part(subject))) {
            cached.destroy();
            identity.run(() -> {});
            subject.getPrivateCredentials().remove(cached);
            identity.run(() -> {});
        }
    }

    @Test
    void aSubjectThatIsGoneIsNotRemembered() {
        ByIdentity<Object, String> known = new ByIdentity<>();
        List<Object> held = new ArrayList<>(List.of(new Object(), new Object()));
        held.forEach(each -> known.put(each, "known"));
        assertThat(known.size()).isEqualTo(2);
        held.remove(0);
        await().untilAsserted(() -> {
            System.gc();
            assertThat(known.size()).isEqualTo(1);
        });
        assertThat(known.get(held.get(0))).isEqualTo("known");
    }
}

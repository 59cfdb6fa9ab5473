package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
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

    /** On Java 17 too, where a client has no method to end it, and would wait for the collector with all it holds. */
    @Test
    void thoseThatGoTakeTheirThreadsAndConnectionsAlong() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService serverThreads = Executors.newCachedThreadPool();
        server.setExecutor(serverThreads);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .build();
        Set<Thread> before = selectors();
        try (IdentityClients clients = clients(2, Duration.ofMinutes(1))) {
            List<HttpClient> known = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                try (IdentityClients.Lease lease = lend(clients, "user" + i)) {
                    known.add(lease.client());
                    lease.client().send(request, BodyHandlers.discarding());
                }
            }
            await().untilAsserted(() -> {
                Set<Thread> now = selectors();
                now.removeAll(before);
                assertThat(now).hasSizeLessThanOrEqualTo(2);
            });
            assertThat(known).hasSize(40).doesNotContainNull();
        } finally {
            server.stop(0);
            serverThreads.shutdownNow();
        }
        await().untilAsserted(() -> {
            Set<Thread> now = selectors();
            now.removeAll(before);
            assertThat(now).isEmpty();
        });
    }

    private static Set<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-SelectorManager"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void nobodyWaitsForAnothersToBeMadeAndOneThatCouldNotBeIsTriedAgain() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        ExecutorService others = Executors.newSingleThreadExecutor();
        try (IdentityClients clients = new IdentityClients(
                flow,
                () -> {
                    if (asked.getAndIncrement() == 0) {
                        making.countDown();
                        try {
                            goOn.await();
                        } catch (InterruptedException e) {
                            // The test is over.
                        }
                        throw new IllegalArgumentException("no such setting");
                    }
                    return HttpClient.newHttpClient();
                },
                10,
                Duration.ofMinutes(1))) {
            Future<IdentityClients.Lease> slow = others.submit(() -> lend(clients, "alice"));
            making.await();
            lend(clients, "bob").close();
            goOn.countDown();
            assertThatThrownBy(slow::get).hasRootCauseInstanceOf(IllegalArgumentException.class);
            lend(clients, "alice").close();
        } finally {
            others.shutdownNow();
        }
    }
}

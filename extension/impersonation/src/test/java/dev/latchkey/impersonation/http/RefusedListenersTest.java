package dev.latchkey.impersonation.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.impersonation.FaultyIdentity;
import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Jetty goes on when a listener throws. One that cannot be called as the user ends its request, and who waits is told.
 */
@Timeout(60)
class RefusedListenersTest {
    private final FaultyIdentity faulty = new FaultyIdentity();
    private final IdentityFlow flow = IdentityFlow.builder().provider(faulty).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final IdentityHttpClient client = new IdentityHttpClient(flow, null);
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[8192]);
            exchange.getResponseBody().flush();
            asked.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                // The test is over.
            }
            exchange.getResponseBody().write(new byte[8192]);
            exchange.close();
        });
        server.start();
        client.start();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        faulty.fail();
        goOn.countDown();
        await().until(() -> faulty.open() == 0);
        client.stop();
        server.stop(0);
        threads.shutdownNow();
        flow.close();
    }

    private Request request() {
        return client.newRequest("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void clientsThreadsCannotBecomeTheUser() {
        faulty.failWhen(call -> call == FaultyIdentity.Call.APPLY && faulty.onThread() != null);
        goOn.countDown();
    }

    @Test
    void whoWaitsForTheAnswerIsTold() throws Exception {
        try (Identity alice = flow.of(faulty.part("alice"))) {
            Future<?> answer = threads.submit(() -> alice.call(() -> request().send()));
            asked.await();
            clientsThreadsCannotBecomeTheUser();
            assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS)).hasStackTraceContaining("LK60");
        }
    }

    @Test
    void whoReadsIsTold() throws Exception {
        InputStreamResponseListener listener = new InputStreamResponseListener();
        try (Identity alice = flow.of(faulty.part("alice"))) {
            alice.run(() -> request().send(listener));
            listener.get(30, TimeUnit.SECONDS);
            try (InputStream in = listener.getInputStream()) {
                assertThat(in.read()).isZero();
                clientsThreadsCannotBecomeTheUser();
                assertThatThrownBy(in::readAllBytes).hasStackTraceContaining("LK60");
            }
        }
    }

    @Test
    void whoDemandsIsTold() throws Exception {
        CompletableFuture<Result> end = new CompletableFuture<>();
        try (Identity alice = flow.of(faulty.part("alice"))) {
            alice.run(() -> request()
                    .onResponseContentSource((response, source) -> source.demand(new Runnable() {
                        @Override
                        public void run() {
                            for (Content.Chunk chunk = source.read(); chunk != null; chunk = source.read()) {
                                chunk.release();
                                if (chunk.isLast()) {
                                    return;
                                }
                            }
                            source.demand(this);
                        }
                    }))
                    .send(end::complete));
            asked.await();
            clientsThreadsCannotBecomeTheUser();
            assertThat(end.get(30, TimeUnit.SECONDS).getFailure()).hasStackTraceContaining("LK60");
        }
    }
}

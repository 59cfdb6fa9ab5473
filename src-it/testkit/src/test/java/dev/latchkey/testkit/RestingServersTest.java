package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Kind S1 of the review, by Jetty's own SslConnection over an engine that does nothing: what the check after each test
 * is there to find, it finds.
 */
class RestingServersTest {
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch inside = new CountDownLatch(1);

    /** A response that is written to a client. */
    private SslConnection write(StuckEngine engine) {
        SslConnection connection = new SslConnection(
                new ArrayByteBufferPool(), Runnable::run, null, new ByteArrayEndPoint(), engine, false, false);
        start(() -> {
            try {
                connection.getSslEndPoint().flush(ByteBuffer.allocate(10));
            } catch (IOException over) {
                // The test is over.
            }
        });
        return connection;
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "a thread of a server");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void spin() throws SSLException {
        inside.countDown();
        if (end.getCount() == 0) {
            throw new SSLException("over");
        }
    }

    private void hang() throws SSLException {
        inside.countDown();
        try {
            end.await();
        } catch (InterruptedException x) {
            throw new SSLException(x);
        }
        throw new SSLException("over");
    }

    @AfterEach
    void letGo() {
        end.countDown();
        RestingServers.assertRest();
    }

    @Test
    void aThreadThatSpinsUnderAConnectionsLockIsFoundAndWhoWaitsForTheLock() throws Exception {
        SslConnection connection = write(new StuckEngine(this::spin));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        Thread selector = start(connection.getSslEndPoint()::isInputShutdown);
        await().until(() -> selector.getState() == Thread.State.WAITING);
        assertThatThrownBy(() -> RestingServers.assertRest(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("do not come to rest")
                .hasMessageContaining("SslEndPoint.flush")
                .hasMessageContaining("SslEndPoint.isInputShutdown")
                .hasMessageContaining("which has a thread of a server");
    }

    @Test
    void aThreadThatHoldsTheLockOfAClosedConnectionIsFound() throws Exception {
        SslConnection connection = write(new StuckEngine(this::hang));
        assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
        connection.getEndPoint().close();
        assertThatThrownBy(() -> RestingServers.assertRest(SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("WAITING")
                .hasMessageContaining("SslEndPoint.flush");
    }

    @Test
    void aServerThatDoesNotStopIsFound() {
        AbstractLifeCycle server = new AbstractLifeCycle() {
            @Override
            protected void doStop() throws Exception {
                end.await();
            }
        };
        assertThatCode(server::start).doesNotThrowAnyException();
        assertThatThrownBy(() -> RestingServers.stop(server, SHORT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("does not stop")
                .hasMessageContaining("stopping a server");
    }

    @Test
    void idleThreadsRestAndSoDoesWhatEnds() throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool(8, 4);
        threads.start();
        try {
            write(new StuckEngine(this::spin));
            assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
            Thread ending = new Thread(end::countDown);
            ending.start();
            RestingServers.assertRest();
            assertThat(threads.getIdleThreads()).isPositive();
        } finally {
            RestingServers.stop(threads, Duration.ofSeconds(10));
        }
    }
}

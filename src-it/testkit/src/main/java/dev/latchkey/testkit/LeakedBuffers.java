package dev.latchkey.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which buffers of its Jetty pool are still out.
 *
 * <pre>{@code
 * @RegisterExtension
 * final LeakedBuffers buffers = new LeakedBuffers();
 * ...
 * connector = new ServerConnector(server, null, null, buffers.pool(), 1, 1, factories);
 * }</pre>
 *
 * <p>Checked after the test's own tear-down: stop the server there.
 */
public final class LeakedBuffers implements AfterEachCallback {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private Duration patience = Duration.ofSeconds(10);

    /**
     * Sets how long buffers may take to come back after the test; 10 s by default.
     *
     * @return this
     */
    public LeakedBuffers patience(Duration time) {
        patience = time;
        return this;
    }

    /** {@return the pool to give to the server or the connector} */
    public ArrayByteBufferPool.Tracking pool() {
        return pool;
    }

    /** {@return how many buffers are out now} */
    public int out() {
        return pool.getLeaks().size();
    }

    /** Waits until all buffers are back, and fails then with who took those that are not. */
    public void assertAllBack() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (out() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        if (out() > 0) {
            throw new AssertionError(out() + " buffers were not given back:\n" + pool.dumpLeaks());
        }
    }

    @Override
    public void afterEach(ExtensionContext test) {
        assertAllBack();
    }
}

package dev.latchkey.impersonation.benchmark;

import dev.latchkey.impersonation.Identity;
import dev.latchkey.impersonation.IdentityFlow;
import dev.latchkey.impersonation.ImpersonatingExecutorService;
import dev.latchkey.impersonation.linux.LinuxAccount;
import dev.latchkey.impersonation.linux.LinuxIdentity;
import dev.latchkey.impersonation.subject.SubjectIdentity;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.security.auth.Subject;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the life of a task costs, by provider; {@code linux} needs root.
 *
 * <p>The executor runs tasks in place, so that no hand-over between threads hides the cost. After {@code mvn -pl
 * extension/impersonation -am test-compile}, with {@code target} that of this room:
 *
 * <pre>{@code
 * java -cp target/test-classes:target/classes:$(<target/test-classpath.txt) org.openjdk.jmh.Main LifeOfATask -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LifeOfATask {
    /** Which providers the flow has. */
    @Param({"none", "subject", "linux"})
    public String providers;

    private final ExecutorService bare = new InPlace();
    private IdentityFlow flow;
    private ImpersonatingExecutorService guarded;
    private Identity identity;
    private int ran;

    /** Makes the flow, and an identity of its kind. */
    @Setup(Level.Trial)
    public void open() {
        IdentityFlow.Builder builder = IdentityFlow.builder();
        if (providers.equals("subject")) {
            builder.provider(new SubjectIdentity());
        } else if (providers.equals("linux")) {
            builder.provider(new LinuxIdentity());
        }
        flow = builder.build();
        guarded = flow.executor(bare);
        identity = switch (providers) {
            case "subject" -> flow.of(SubjectIdentity.part(new Subject()));
            case "linux" -> LinuxIdentity.identity(flow, LinuxAccount.of(21001, 21001, 21001, 22000));
            default -> flow.none();
        };
    }

    /** Ends the flow. */
    @TearDown(Level.Trial)
    public void close() {
        identity.close();
        flow.close();
    }

    /** The executor alone. */
    @Benchmark
    public int bareExecute() {
        bare.execute(this::work);
        return ran;
    }

    /** A task of nobody: captured, proven clean, run, proven clean. */
    @Benchmark
    public int executeWithoutIdentity() {
        guarded.execute(this::work);
        return ran;
    }

    /** A task of somebody: put away, applied, verified, run, reverted, verified. */
    @Benchmark
    public int runAsIdentity() {
        identity.run(this::work);
        return ran;
    }

    private void work() {
        ran++;
    }

    private static final class InPlace extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {
            // Has no threads.
        }

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}

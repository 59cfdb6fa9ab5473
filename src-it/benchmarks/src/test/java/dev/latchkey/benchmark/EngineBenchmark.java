package dev.latchkey.benchmark;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
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
 * The server's engine against a client of JSSE's, in memory: time of both ends for a handshake and a renegotiation, and of
 * the server alone for a wrap.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class EngineBenchmark {
    private static final int DATA = 48 * 1024;

    /** Whose engine the server has. */
    @Param
    public EngineKind engine;

    /** The server's key. */
    @Param
    public KeyKind key;

    private SSLContext clientContext;
    private SSLContext serverContext;
    private EnginePair connected12;
    private EnginePair connected13;
    private final ByteBuffer source = ByteBuffer.allocateDirect(DATA);
    private ByteBuffer destination;

    /** Makes the contexts, and a connection of each version. */
    @Setup(Level.Trial)
    public void connect() throws GeneralSecurityException, SSLException {
        EngineContexts contexts = new EngineContexts();
        clientContext = contexts.client(EngineKind.JSSE);
        serverContext = contexts.server(engine, key);
        connected12 = new EnginePair(clientContext, serverContext, "TLSv1.2", true).handshake();
        connected13 = new EnginePair(clientContext, serverContext, "TLSv1.3", true).handshake();
        destination =
                ByteBuffer.allocateDirect(connected13.server().getSession().getPacketBufferSize());
    }

    /** Frees what is native. */
    @TearDown(Level.Trial)
    public void close() throws SSLException {
        connected12.close();
        connected13.close();
    }

    /** A full handshake on TLS 1.3, and close_notify both ways. */
    @Benchmark
    public void handshake() throws SSLException {
        new EnginePair(clientContext, serverContext, "TLSv1.3", true)
                .handshake()
                .close();
    }

    /** A renegotiation on TLS 1.2 that asks for the client's certificate (ECDSA), and gets it. */
    @Benchmark
    public void renegotiation() throws SSLException {
        connected12.renegotiate();
    }

    /** 48 KiB of application data into buffers of the size that the engine asks for. */
    @Benchmark
    public void wrap48KiB() throws SSLException {
        source.clear();
        while (source.hasRemaining()) {
            SSLEngineResult result = connected13.server().wrap(source, destination.clear());
            if (result.bytesConsumed() == 0) {
                throw new IllegalStateException(result.toString());
            }
        }
    }
}

package dev.latchkey.openssl;

import dev.latchkey.openssl.NativeHandle.Kind;
import dev.latchkey.testkit.HeldCertificate;
import dev.latchkey.testkit.KeyAlgorithm;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * A program for {@link StormTest}: threads that share sessions, tickets, contexts and keys, and do with them whatever can
 * be done, in any order. Ends with a line of what it counted and status 0; with 3 and a stack trace when a connection
 * had another's identity, an engine misbehaved or something was not freed.
 *
 * <p>{@code latchkey.storm.seconds} long, or until {@code latchkey.storm.resumptions} are done.
 */
final class Storm {
    private static final int THREADS = 16;
    private static final long SECONDS = Long.getLong("latchkey.storm.seconds", 20);
    private static final long RESUMPTIONS = Long.getLong("latchkey.storm.resumptions", 0);
    private static final long SEED = Long.getLong("latchkey.seed", System.nanoTime());

    private final List<HeldCertificate> people = new ArrayList<>();
    private final List<SSLContext> resuming = new ArrayList<>();
    private final List<SSLContext> answering = new ArrayList<>();
    private final AtomicReference<Server> server;
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    private final LongAdder resumed = new LongAdder();
    private volatile boolean stopped;

    /** A server, and a ClientHello that resumes a session of it by its identifier, and would take a ticket as well. */
    // Never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Server(SSLContext context, byte[] hello) {}

    private Storm() throws SSLException {
        for (int i = 0; i < 4; i++) {
            HeldCertificate person = Pki.INTERMEDIATE
                    .issue("person " + i)
                    .client()
                    .key(KeyAlgorithm.EC_P256)
                    .make();
            people.add(person);
            // JSSE's keeps sessions and tickets, all threads' in one store; OpenSSL's answers on TLS 1.3.
            resuming.add(Pki.contextThatGives(Engines.JSSE, person));
            answering.add(Pki.contextThatGives(Engines.OPENSSL, person));
        }
        server = new AtomicReference<>(newServer());
    }

    private static Server newServer() throws SSLException {
        SSLContext context = Pki.context(Engines.OPENSSL, Pki.SERVER_EC, Pki.SERVER_RSA);
        SSLContext client = Pki.contextThatGives(Engines.JSSE, Pki.CLIENT);
        EnginePair first = new EnginePair(client, context, "TLSv1.2").handshake();
        first.server.engine.setWantClientAuth(true);
        first.server.engine.beginHandshake();
        first.settle();
        first.close();
        EnginePair next = new EnginePair(client, context, "TLSv1.2");
        next.client.engine.beginHandshake();
        next.client.wrap(Peer.NOTHING);
        byte[] hello = new byte[next.server.inbound.remaining()];
        next.server.inbound.get(hello);
        return new Server(context, hello);
    }

    public static void main(String[] args) throws Exception {
        System.out.println("seed " + SEED);
        Storm storm = new Storm();
        storm.run();
        Throwable fault = storm.fault.get();
        System.out.println(storm.counts);
        if (fault != null) {
            fault.printStackTrace(System.out);
            System.exit(3);
        }
        // Whoever still runs is cut off in the middle of it.
        System.exit(0);
    }

    private void run() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(SEED + i);
            threads.add(Thread.ofPlatform().daemon().start(() -> work(random)));
        }
        Thread reload = Thread.ofPlatform().daemon().start(this::reload);
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (fault.get() == null && (RESUMPTIONS == 0 ? System.nanoTime() < end : resumed.sum() < RESUMPTIONS)) {
            threads.get(0).join(200);
        }
        stopped = true;
        for (Thread thread : threads) {
            thread.join(60_000);
        }
        reload.join(60_000);
        counts.put("resumed", resumed);
        if (fault.get() == null) {
            requireAllFreed();
            // Once more, for the end of the JVM under load.
            stopped = false;
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(SEED + i);
                Thread.ofPlatform().daemon().start(() -> work(random));
            }
            threads.get(0).join(500);
            new java.util.concurrent.CountDownLatch(1).await(1, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    private void requireAllFreed() throws InterruptedException {
        for (int i = 0; i < 100 && Kind.SSL.made() != Kind.SSL.freed(); i++) {
            System.gc();
            new java.util.concurrent.CountDownLatch(1).await(100, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
        for (Kind kind : List.of(Kind.SSL, Kind.BIO)) {
            require(kind.made() == kind.freed(), kind + " made " + kind.made() + ", freed " + kind.freed());
        }
        require(Registry.size() == 0, Registry.size() + " registered");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    private void count(String what) {
        counts.computeIfAbsent(what, name -> new LongAdder()).increment();
    }

    /** Keystore reload: new connections get another context; old ones and their sessions go on, or are collected. */
    private void reload() {
        try {
            Random random = new Random(SEED - 1);
            while (!stopped) {
                new java.util.concurrent.CountDownLatch(1)
                        .await(300 + random.nextInt(1500), java.util.concurrent.TimeUnit.MILLISECONDS);
                server.set(newServer());
                count("reload");
            }
        } catch (Throwable t) {
            fault.compareAndSet(null, t);
        }
    }

    private void work(Random random) {
        try {
            while (!stopped && fault.get() == null) {
                greet(random.nextInt(40));
                connection(random, random.nextInt(people.size()));
            }
        } catch (Throwable t) {
            fault.compareAndSet(null, t);
        }
    }

    /** Needs no client, so many can be at it at once: the server's flight is made, and nobody answers. */
    private void greet(int times) throws SSLException {
        Server to = server.get();
        ByteBuffer plain = ByteBuffer.allocate(20_000);
        for (int i = 0; i < times; i++) {
            OpenSslEngine engine = (OpenSslEngine) to.context().createSSLEngine();
            engine.setUseClientMode(false);
            engine.unwrap(ByteBuffer.wrap(to.hello()), plain.clear());
            require(LibSsl.SSL_session_reused(engine.nativeAddressForTests()) == 1, "the hello resumes nothing");
            engine.closeOutbound();
            count("hello");
        }
    }

    private void connection(Random random, int person) throws SSLException {
        boolean newer = random.nextBoolean();
        boolean answers = newer && random.nextInt(8) == 0;
        int wants = random.nextInt(8);
        EnginePair pair = new EnginePair(
                (answers ? answering : resuming).get(person),
                server.get().context(),
                e -> {
                    e.setEnabledProtocols(new String[] {newer ? "TLSv1.3" : "TLSv1.2"});
                    if (answers) {
                        ((OpenSslEngine) e).offerPostHandshakeAuthentication(true);
                    }
                },
                e -> e.setWantClientAuth(wants == 0));
        if (random.nextInt(40) == 0) {
            cutInHandshake(pair, random);
            return;
        }
        pair.handshake();
        check(pair, person);
        if (LibSsl.SSL_session_reused(pair.server.openSsl().nativeAddressForTests()) == 1) {
            count(newer ? "by ticket" : "by identifier");
            resumed.increment();
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            act(pair, person, newer, answers, random);
        }
        end(pair, random);
    }

    private void act(EnginePair pair, int person, boolean newer, boolean answers, Random random) throws SSLException {
        OpenSslEngine engine = pair.server.openSsl();
        switch (random.nextInt(8)) {
            case 0 -> {
                engine.getSession().invalidate();
                count("forget");
            }
            case 1 -> {
                if (!newer) {
                    engine.setWantClientAuth(true);
                    engine.beginHandshake();
                    pair.settle();
                    require(named(engine) != null, "a renegotiation brought nobody");
                    count("renegotiation");
                } else if (answers) {
                    engine.requestCertificate(null);
                    pair.settle();
                    require(named(engine) != null, "a request brought nobody");
                    count("post-handshake authentication");
                }
            }
            default -> pair.exchange();
        }
        check(pair, person);
    }

    /** Nobody, or the one who is there: never another. */
    private void check(EnginePair pair, int person) {
        SSLEngine engine = pair.server.engine;
        require(engine.getSession().getId().length == 32, "no identifier");
        X509Certificate name = named(engine);
        if (name != null) {
            require(
                    people.get(person).certificate().equals(name),
                    "another's identity: " + name.getSubjectX500Principal());
        }
    }

    private static X509Certificate named(SSLEngine engine) {
        try {
            Certificate[] chain = engine.getSession().getPeerCertificates();
            require(chain.length == 2 && chain[1].equals(Pki.INTERMEDIATE.certificate()), "a chain of " + chain.length);
            return (X509Certificate) chain[0];
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private void end(EnginePair pair, Random random) throws SSLException {
        switch (random.nextInt(8)) {
            case 0 -> count("dropped");
            case 1 -> cut(pair);
            case 2 -> {
                pair.client.wrap("data");
                pair.server.inbound.put(7, (byte) ~pair.server.inbound.get(7));
                try {
                    pair.server.unwrap();
                    require(false, "a damaged record was taken");
                } catch (SSLException e) {
                    count("damaged");
                }
                cut(pair);
            }
            default -> pair.close();
        }
    }

    private void cutInHandshake(EnginePair pair, Random random) throws SSLException {
        pair.client.engine.beginHandshake();
        for (int i = random.nextInt(3); i >= 0; i--) {
            pair.client.step();
            pair.server.step();
        }
        pair.client.step();
        pair.server.inbound.limit(random.nextInt(pair.server.inbound.limit() + 1));
        pair.server.step();
        cut(pair);
    }

    private void cut(EnginePair pair) {
        for (SSLEngine engine : List.of(pair.server.engine, pair.client.engine)) {
            engine.closeOutbound();
            try {
                engine.closeInbound();
            } catch (SSLException e) {
                // The peer said nothing: that is the point.
            }
        }
        count("cut");
    }
}

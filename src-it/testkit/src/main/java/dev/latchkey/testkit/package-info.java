/**
 * What the tests of every room need, and the demo's certificate authority.
 *
 * <ol>
 *   <li>{@link dev.latchkey.testkit.HeldCertificate}: certificates with their keys, made in code;
 *       {@link dev.latchkey.testkit.KeyStores} and {@link dev.latchkey.testkit.RevocationList} put them in files, and
 *       {@link dev.latchkey.testkit.DemoPki} writes the demo's set;
 *   <li>{@link dev.latchkey.testkit.RecordPipe}: the network between a client and a server, at its worst;
 *   <li>{@link dev.latchkey.testkit.TlsClient}: a client that does what a test says, and reads
 *       {@link dev.latchkey.testkit.HttpAnswer}s; {@link dev.latchkey.testkit.Tls13Client}, one that can be asked on TLS
 *       1.3, and forges;
 *   <li>{@link dev.latchkey.testkit.TestPrograms}: the real clients;
 *   <li>{@link dev.latchkey.testkit.LeakedThreads}, {@link dev.latchkey.testkit.LeakedBuffers},
 *       {@link dev.latchkey.testkit.LogProblems}: what must not be left behind.
 * </ol>
 *
 * <p>The room's rules: test data is made here, in code, and nowhere else. Nothing here knows Latchkey; Jetty and JUnit
 * are named only by the checks, so that the certificates work without them. Threads are daemons with names, sockets are
 * bound to loopback, and every helper that holds a thread, a socket or a process is closable.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.testkit;

import org.jspecify.annotations.NullMarked;

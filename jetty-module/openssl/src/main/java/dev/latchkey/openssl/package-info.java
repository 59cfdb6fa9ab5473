/**
 * A JSSE provider that runs on the system's OpenSSL 3 by the Foreign Function and Memory API.
 *
 * <p>Reading order: {@link dev.latchkey.openssl.OpenSsl} is the way in and runs on any Java from 17;
 * {@link dev.latchkey.jetty.PostHandshakeAuthenticationEngine} is what this engine can and JSSE cannot;
 * {@link dev.latchkey.openssl.OpenSslConnectionListener} frees engines early in Jetty. All other classes but the ALPN
 * processor need Java 22: {@code OpenSslProvider} offers {@code OpenSslContext}, which makes {@code OpenSslEngine}s; an
 * engine is the lock and the settings of one {@code TlsConnection}, the state machine, and {@code HandshakeUpcalls}, which
 * answers OpenSSL in the meantime; below them {@code SslHandle} and
 * {@code ContextHandle} own what C gave, {@code RecordBio} moves records, {@code Upcalls} is the way back from C, and
 * {@code LibSsl} and {@code LibCrypto} are the downcalls.
 *
 * <p>Rules of this package:
 * <ul>
 *   <li>A pointer to something that OpenSSL owns is a {@code long} in a downcall; only a handle keeps it, and a handle
 *       refuses zero, frees once and throws when it is used after that.</li>
 *   <li>A native {@code SSL} is used under its engine's lock only, and never by two threads.</li>
 *   <li>OpenSSL's error queue belongs to the thread: it is empty before and after every call of a public method.</li>
 *   <li>Nothing is thrown out of an upcall, for that would end the JVM.</li>
 * </ul>
 */
@NullMarked
package dev.latchkey.openssl;

import org.jspecify.annotations.NullMarked;

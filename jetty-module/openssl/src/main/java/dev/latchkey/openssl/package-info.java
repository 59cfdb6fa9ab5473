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
 *
 * <p>Copies that remain, and why:
 * <ul>
 *   <li>Sending: {@code SSL_write} copies the data into OpenSSL's own record and encrypts it there; {@code BIO_write}
 *       copies the record into the caller's buffer. Both are OpenSSL's way; it can encrypt into nobody else's memory.
 *       Data on Java's heap is copied once before, into a {@code Scratch}: C calls back while it has it, and the heap
 *       cannot be held still meanwhile.</li>
 *   <li>Receiving: {@code BIO_read} copies the record from the caller's buffer to OpenSSL's, which decrypts in place;
 *       {@code SSL_read} copies the data to a direct destination, or to a {@code Scratch} and from there to the heap.</li>
 *   <li>Network buffers are direct (the server room asks for that), or the JDK would copy each once more on its way to
 *       and from the socket. One {@code wrap} fills them with {@code TlsRecord.AT_ONCE} records: a system call for each
 *       cost more than all copies together.</li>
 * </ul>
 */
@NullMarked
package dev.latchkey.openssl;

import org.jspecify.annotations.NullMarked;

/**
 * The TLS side of a step-up: handshakes, resumption, trust, and clients that cannot or will not.
 *
 * <p>Each test has its lane's TLS version, and asserts it. Clients are real programs, JSSE, and where a client has to do
 * what no proper one does, {@link dev.latchkey.it.tls.CraftedClient}: Bouncy Castle's low-level API on TLS 1.2, the test
 * kit's own client on TLS 1.3.
 */
package dev.latchkey.it.tls;

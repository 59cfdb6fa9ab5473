/**
 * The TLS side of a step-up: handshakes, resumption, trust, and clients that cannot or will not.
 *
 * <p>Each test pins the TLS version and asserts it. Clients are real programs, JSSE, or Bouncy Castle's low-level API
 * where a client has to do what no proper one does.
 */
package dev.latchkey.it.tls;

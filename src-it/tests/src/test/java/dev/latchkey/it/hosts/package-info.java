/**
 * What the ClientHello decides: the TLS version of a connection, and for some hosts a certificate in the first
 * handshake.
 *
 * <p>Rule: the TLS and the HTTP version that a client got are asserted, never assumed.
 */
package dev.latchkey.it.hosts;

/**
 * The matrix of real clients: what each of them does when it is asked for a certificate on a connection that is open.
 *
 * <p>Each client is one small class behind {@link dev.latchkey.it.clients.RealClient}; {@code RealClientsIT} has what
 * is expected of each, and writes the table of what was seen to {@code target/client-table.md}.
 */
package dev.latchkey.it.clients;

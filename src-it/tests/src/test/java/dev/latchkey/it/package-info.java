/**
 * What must hold, against real servers and real clients.
 *
 * <p>{@code embedded} and {@code tls}: one server in the test's own JVM (Jetty 12.1, ee10 servlets), where buffers,
 * threads and locks can be looked at; all of it once in each {@link dev.latchkey.it.Lane}. {@code home}: the real
 * jetty-home of each supported version as a process of its own. {@code clients}: the matrix of real clients. {@code
 * demo}: the contract of the demo's script.
 *
 * <p>A test's name says what holds; a number such as R14 is a row of the requirements that it stands for. The TLS
 * version is pinned in each test, and asserted.
 */
package dev.latchkey.it;

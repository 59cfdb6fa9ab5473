/**
 * One server in the test's own JVM: Jetty 12.1 with ee10 servlets, where buffers, threads and figures can be looked at.
 *
 * <p>{@link dev.latchkey.it.embedded.StepUpServer} is the harness of all tests: it checks when it closes that nothing was
 * left behind. Engine and TLS version are those of the {@link dev.latchkey.it.Lane}.
 */
package dev.latchkey.it.embedded;

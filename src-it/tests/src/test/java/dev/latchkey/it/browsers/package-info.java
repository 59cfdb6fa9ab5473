/**
 * Real browsers against the real server, driven by puppeteer-core (see {@code src/test/browsers}).
 *
 * <p>Each browser has a home and a profile of its own, which go with the test. What a browser showed is kept as pictures
 * under {@code target/browsers}.
 */
package dev.latchkey.it.browsers;

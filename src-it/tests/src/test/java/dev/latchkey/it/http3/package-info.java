/**
 * What a step-up does on HTTP/3, with Jetty's own and a client that is not of Java.
 *
 * <p>Rule: what Jetty's HTTP/3 needs beyond its jetty-home is made by {@code src-it/http3-parts}; without it the tests are
 * left out, by name.
 */
package dev.latchkey.it.http3;

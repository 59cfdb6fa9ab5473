/**
 * What a step-up does where HTTP/2 forbids it, seen frame by frame and with real clients.
 *
 * <p>Rule: each check that a client was sent back also checks that the connection and its other streams live.
 */
package dev.latchkey.it.http2;

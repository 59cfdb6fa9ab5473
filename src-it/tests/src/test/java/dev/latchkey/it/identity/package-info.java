/**
 * A caller's identity over two servers and many threads, with a real KDC: who asks the second server, and who it sees.
 */
package dev.latchkey.it.identity;

package dev.latchkey.jetty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.io.EndPoint;

/**
 * Takes of what is bounded, such that nobody takes it all: a client's address never has more of it than it leaves to all
 * others. One alone gets a half; one more a half of the rest; and who has nothing yet gets something for as long as there
 * is any.
 *
 * <p>By address, because connections and certificates cost a client nothing. Where all clients come from one, as behind a
 * balancer that does not tell (PROXY protocol), half of the bound is what they have. Thread-safe; the lock is held for a
 * few instructions.
 */
final class Shares {
    /** A network of IPv6 is one client's: RFC 6177 gives it at least so many bytes. */
    private static final int NETWORK = 8;

    private static final Object NO_ADDRESS = "no address";

    private final Map<Object, Long> byClient = new HashMap<>();
    private long taken;

    /** {@return who is at the other end, to be asked while it is open: by what PROXY protocol tells, if it does} */
    static Object client(EndPoint endPoint) {
        SocketAddress remote = endPoint.getRemoteSocketAddress();
        InetAddress address = remote instanceof InetSocketAddress internet ? internet.getAddress() : null;
        if (address instanceof Inet6Address six) {
            return ByteBuffer.wrap(six.getAddress(), 0, NETWORK).slice();
        }
        return address == null ? NO_ADDRESS : address;
    }

    /**
     * {@return whether so much was taken; it must then be given back exactly once}
     *
     * @param most how much all may have together
     */
    synchronized boolean tryTake(Object client, long amount, long most) {
        long its = byClient.getOrDefault(client, 0L) + amount;
        if (its > most - taken) {
            return false;
        }
        byClient.put(client, its);
        taken += amount;
        return true;
    }

    synchronized void giveBack(Object client, long amount) {
        taken -= amount;
        byClient.computeIfPresent(client, (who, its) -> its == amount ? null : (Long) (its - amount));
    }

    /** {@return how much all have together} */
    synchronized long taken() {
        return taken;
    }
}

package dev.latchkey.impersonation.naming;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Asks for the addresses of a host, on the calling thread and as whom it carries. Any thread. */
@FunctionalInterface
public interface NameLookup {

    /**
     * {@return its addresses, in the order in which to try them; at least one}
     *
     * @throws UnknownHostException if it has none
     */
    List<InetAddress> lookup(String host) throws UnknownHostException;

    /** {@return Java's own, whose cache serves everybody in this JVM} */
    static NameLookup shared() {
        return host -> List.of(InetAddress.getAllByName(host));
    }

    /**
     * {@return the system's, past Java's cache; needs JNA}
     *
     * @throws UnsupportedOperationException if it cannot be called here, with what to do
     */
    static NameLookup uncached() {
        return SystemNames.open();
    }
}

package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions.Presence;
import java.util.Objects;
import org.eclipse.jetty.util.annotation.ManagedAttribute;
import org.eclipse.jetty.util.annotation.ManagedObject;
import org.jspecify.annotations.Nullable;

/**
 * What a connector does for clients that cannot be asked on the connection that they have: browsers on TLS 1.3 above
 * all. Everything here is off by default.
 *
 * <p>Set it up before the server starts. Thread-safe: what is changed later counts for connections and requests to come.
 */
@ManagedObject("What is done for clients that cannot be asked on an open connection")
public final class Alternatives {
    private static final String HTTP3 = "latchkey.http3";
    private static final String HOSTS = "latchkey.hosts";

    private volatile VersionAnswer http3 = VersionAnswer.of(HTTP3, "421", false);
    private volatile boolean browserStepUp;
    private volatile HostPatterns hosts = HostPatterns.of(HOSTS, "");
    private volatile Presence hostsPresence = Presence.WANT;
    private volatile @Nullable String redirectHost;
    private volatile int redirectStatus = StepUpRedirect.SAME_METHOD;

    Alternatives() {}

    VersionAnswer http3Answer() {
        return http3;
    }

    /** {@return the status with which a step-up is answered on HTTP/3} */
    @ManagedAttribute("the status with which a step-up is answered on HTTP/3")
    public int getHttp3() {
        return http3.status();
    }

    /**
     * Sets the status with which a step-up is answered on HTTP/3, which forbids both ways to ask.
     *
     * @param status from 400 to 499; 421 by default, upon which a client leaves HTTP/3 and comes back by TCP (RFC 7838
     *     section 6); 403 for clients that do not
     * @throws IllegalArgumentException if it is none
     */
    public void setHttp3(int status) {
        http3 = VersionAnswer.of(HTTP3, String.valueOf(status), false);
    }

    /** {@return whether connections of browsers are served TLS 1.2, so that they can be asked} */
    @ManagedAttribute("whether connections of browsers are served TLS 1.2, so that they can be asked")
    public boolean isBrowserStepUp() {
        return browserStepUp;
    }

    /**
     * Sets whether a connection is served TLS 1.2, where renegotiation is possible, although both sides know TLS 1.3:
     * one whose client speaks HTTP/1.1 on it, offers TLS 1.2, and cannot be asked on TLS 1.3 by this engine. A browser
     * opens such a connection when HTTP/2 has sent it back. All other connections keep TLS 1.3.
     *
     * <p>The price: on these connections TLS 1.2 does not hide the server's certificate from who listens, nor the
     * client's in a first handshake. A host of its own ({@link #setHosts}) costs no version.
     *
     * @param value false by default
     */
    public void setBrowserStepUp(boolean value) {
        browserStepUp = value;
    }

    HostPatterns hosts() {
        return hosts;
    }

    /** {@return the hosts that ask in the first handshake, separated by commas; empty for none} */
    @ManagedAttribute("the hosts that ask in the first handshake")
    public String getHosts() {
        return hosts.toString();
    }

    /**
     * Sets the hosts whose clients are asked in the first handshake already, whatever their TLS and HTTP version. A
     * client that uses a connection made for another host is sent to one of its own, by status 421 (RFC 9110 section
     * 15.5.20).
     *
     * @param names as clients name them in the handshake (SNI), separated by commas; {@code *.pki.example.org} stands
     *     for all names with one label in place of the star; empty (the default) for none
     * @throws IllegalArgumentException if one is no host name
     */
    public void setHosts(String names) {
        hosts = HostPatterns.of(HOSTS, names);
    }

    /** {@return whether these hosts want or need a certificate} */
    @ManagedAttribute("whether these hosts want or need a certificate")
    public Presence getHostsPresence() {
        return hostsPresence;
    }

    /**
     * Sets whether the hosts of {@link #setHosts} want a certificate or need one.
     *
     * @param presence want by default; where it is needed there is no connection without one, and no page that could say
     *     why
     */
    public void setHostsPresence(Presence presence) {
        hostsPresence = Objects.requireNonNull(presence);
    }

    /** {@return the host, and its port if it is another, to which requests are redirected; null for none} */
    @ManagedAttribute("the host to which a request is redirected that cannot be asked where it is")
    public @Nullable String getRedirectHost() {
        return redirectHost;
    }

    /**
     * Sets a host to which a request is redirected that cannot be asked on its connection, instead of failing or of
     * being sent back to HTTP/1.1. Path and query stay; nothing that the client sends decides the host.
     *
     * @param host one of {@link #setHosts} as a rule, with a port if it is not the one of the request; empty (the
     *     default) for none
     * @throws IllegalArgumentException if it is no host name
     */
    public void setRedirectHost(@Nullable String host) {
        redirectHost = host == null || host.isBlank() ? null : StepUpRedirect.checkedHost(host);
    }

    /** {@return the status of a redirection, 307 or 303} */
    @ManagedAttribute("the status of a redirection, 307 or 303")
    public int getRedirectStatus() {
        return redirectStatus;
    }

    /**
     * Sets the status of a redirection.
     *
     * @param status 307 (the default): requests by GET and HEAD are redirected, others fail as before; or 303: requests
     *     by any method are, and the client comes back by GET, without the body
     * @throws IllegalArgumentException if it is neither
     */
    public void setRedirectStatus(int status) {
        if (status != StepUpRedirect.SAME_METHOD && status != StepUpRedirect.BY_GET) {
            throw new IllegalArgumentException("latchkey.redirectStatus=" + status + ": it must be 307 or 303");
        }
        redirectStatus = status;
    }

    /** {@return whether a ClientHello must be read before TLS begins} */
    boolean needHello() {
        return browserStepUp || !hosts.isEmpty();
    }

    @Override
    public String toString() {
        return "Alternatives[browserStepUp=" + browserStepUp + ", hosts=" + hosts + ", redirectHost=" + redirectHost
                + "]";
    }
}

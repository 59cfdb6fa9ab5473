package dev.latchkey.jetty;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.StringUtil;

/**
 * Some host names: exact ones, and such as {@code *.pki.example.org}, whose star is one label, as in a certificate (RFC
 * 9525 section 6.3). Immutable.
 */
final class HostPatterns {
    private static final Pattern HOST = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
    private static final String STAR = "*.";

    private final List<String> patterns;

    private HostPatterns(List<String> patterns) {
        this.patterns = patterns;
    }

    /**
     * {@return the hosts that a setting names}
     *
     * @param property the setting's name, for the message
     * @param value names separated by commas; empty for none
     * @throws IllegalArgumentException if one of them is no host name
     */
    static HostPatterns of(String property, String value) {
        List<String> patterns = new ArrayList<>();
        for (String name : StringUtil.csvSplit(value)) {
            String pattern = canonical(name);
            if (!isHost(pattern.startsWith(STAR) ? pattern.substring(STAR.length()) : pattern)) {
                throw new IllegalArgumentException(property + " has " + name
                        + ": it takes host names separated by commas, such as cert.example.org,*.pki.example.org");
            }
            patterns.add(pattern);
        }
        return new HostPatterns(List.copyOf(patterns));
    }

    /** {@return a host name as it is compared: in small letters, without a last dot} */
    static String canonical(String host) {
        String small = host.strip().toLowerCase(Locale.ROOT);
        return small.endsWith(".") ? small.substring(0, small.length() - 1) : small;
    }

    static boolean isHost(String canonical) {
        return HOST.matcher(canonical).matches();
    }

    boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** @param host a canonical name */
    boolean match(String host) {
        return patterns.stream().anyMatch(pattern -> matches(pattern, host));
    }

    private static boolean matches(String pattern, String host) {
        if (!pattern.startsWith(STAR)) {
            return pattern.equals(host);
        }
        int dot = host.indexOf('.');
        return dot > 0 && host.substring(dot).equals(pattern.substring(1));
    }

    @Override
    public String toString() {
        return String.join(",", patterns);
    }
}

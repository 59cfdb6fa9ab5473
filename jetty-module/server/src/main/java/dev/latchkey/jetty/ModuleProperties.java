package dev.latchkey.jetty;

import dev.latchkey.NegotiationOptions.Presence;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The module's properties as text, for its XML: one that means nothing stops the start with its name, its value and what
 * it takes. Embedded, use the setters themselves. Static; called while a server is set up.
 */
public final class ModuleProperties {
    private static final String MILLISECONDS = "milliseconds";
    private static final String BYTES = "bytes";

    private static final Map<String, BiConsumer<LatchkeySslConnectionFactory, Text>> OF_CONNECTOR = Map.ofEntries(
            number("latchkey.deadline", MILLISECONDS, LatchkeySslConnectionFactory::setDeadline),
            number("latchkey.bodyTimeout", MILLISECONDS, LatchkeySslConnectionFactory::setBodyTimeout),
            number("latchkey.minBodyDataRate", "bytes a second", LatchkeySslConnectionFactory::setMinBodyDataRate),
            number("latchkey.bodyLimit", BYTES, LatchkeySslConnectionFactory::setBodyLimit),
            number("latchkey.bufferBudget", BYTES, LatchkeySslConnectionFactory::setBufferBudget),
            number("latchkey.discardLimit", BYTES, LatchkeySslConnectionFactory::setDiscardLimit),
            number("latchkey.discardTimeout", MILLISECONDS, LatchkeySslConnectionFactory::setDiscardTimeout),
            number(
                    "latchkey.maxAuthoritiesSize",
                    BYTES,
                    (factory, size) -> factory.setMaxAuthoritiesSize(Math.toIntExact(size))),
            number(
                    "latchkey.maxBlockedThreads",
                    "threads",
                    (factory, count) -> factory.setMaxBlockedThreads(Math.toIntExact(count))),
            alternative("latchkey.http3", (to, text) -> to.setHttp3(text.toNumber("a status from 400 to 499"))),
            alternative("latchkey.browserStepUp", (to, text) -> to.setBrowserStepUp(text.toBoolean())),
            alternative("latchkey.hostsPresence", (to, text) -> to.setHostsPresence(text.toPresence())),
            alternative("latchkey.redirectStatus", (to, text) -> to.setRedirectStatus(text.toNumber("307 or 303"))));

    private static final Map<String, BiConsumer<DeclarativeStepUp, Text>> OF_SERVER =
            Map.of("latchkey.pathsPresence", (to, text) -> to.setPathsPresence(text.toPresence()));

    private ModuleProperties() {}

    private static Map.Entry<String, BiConsumer<LatchkeySslConnectionFactory, Text>> number(
            String name, String unit, ObjLongConsumer<LatchkeySslConnectionFactory> setter) {
        return Map.entry(name, (factory, text) -> {
            try {
                setter.accept(factory, text.toLong(unit));
            } catch (ArithmeticException tooLarge) {
                throw text.wrong("a smaller number of " + unit);
            }
        });
    }

    private static Map.Entry<String, BiConsumer<LatchkeySslConnectionFactory, Text>> alternative(
            String name, BiConsumer<Alternatives, Text> setter) {
        return Map.entry(name, (factory, text) -> setter.accept(factory.getAlternatives(), text));
    }

    /**
     * Sets a connector's property.
     *
     * @param name such as {@code latchkey.deadline}
     * @param value null leaves what is set
     * @throws IllegalArgumentException if there is no such property, or it does not take this value
     */
    public static void set(LatchkeySslConnectionFactory factory, String name, @Nullable String value) {
        set(OF_CONNECTOR, factory, name, value);
    }

    /**
     * Sets a property of what steps up declaratively.
     *
     * @param name such as {@code latchkey.pathsPresence}
     * @param value null leaves what is set
     * @throws IllegalArgumentException if there is no such property, or it does not take this value
     */
    public static void set(DeclarativeStepUp declarative, String name, @Nullable String value) {
        set(OF_SERVER, declarative, name, value);
    }

    private static <T> void set(Map<String, BiConsumer<T, Text>> all, T target, String name, @Nullable String value) {
        BiConsumer<T, Text> setter = all.get(name);
        if (setter == null) {
            throw new IllegalArgumentException(name + " is none of " + all.keySet());
        }
        if (value != null) {
            setter.accept(target, new Text(name, value));
        }
    }

    /** A property's value, which knows its name for the message. */
    private record Text(String name, String value) {
        long toLong(String unit) {
            try {
                return Long.parseLong(value.strip());
            } catch (NumberFormatException x) {
                throw wrong("a whole number of " + unit + ", such as 10000");
            }
        }

        int toNumber(String what) {
            try {
                return Integer.parseInt(value.strip());
            } catch (NumberFormatException x) {
                throw wrong(what);
            }
        }

        boolean toBoolean() {
            return switch (value.strip()) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong("true or false");
            };
        }

        Presence toPresence() {
            return switch (value.strip()) {
                case "need" -> Presence.NEED;
                case "want" -> Presence.WANT;
                default -> throw wrong("need or want");
            };
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException(name + "=" + value + ": it must be " + what);
        }
    }
}

package dev.latchkey.jetty;

import java.util.Map;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The numbers among the module's properties, as text: so that one that is none stops the start with its name, its value
 * and what it takes. Immutable.
 *
 * @param unit what it is a number of
 * @param setter checks its range
 */
record NumberProperty(String unit, ObjLongConsumer<LatchkeySslConnectionFactory> setter) {
    private static final String MILLISECONDS = "milliseconds";
    private static final String BYTES = "bytes";

    private static final Map<String, NumberProperty> ALL = Map.of(
            "latchkey.deadline", new NumberProperty(MILLISECONDS, LatchkeySslConnectionFactory::setDeadline),
            "latchkey.bodyTimeout", new NumberProperty(MILLISECONDS, LatchkeySslConnectionFactory::setBodyTimeout),
            "latchkey.bodyLimit", new NumberProperty(BYTES, LatchkeySslConnectionFactory::setBodyLimit),
            "latchkey.bufferBudget", new NumberProperty(BYTES, LatchkeySslConnectionFactory::setBufferBudget),
            "latchkey.discardLimit", new NumberProperty(BYTES, LatchkeySslConnectionFactory::setDiscardLimit),
            "latchkey.discardTimeout",
                    new NumberProperty(MILLISECONDS, LatchkeySslConnectionFactory::setDiscardTimeout),
            "latchkey.maxAuthoritiesSize",
                    new NumberProperty(BYTES, (factory, size) -> factory.setMaxAuthoritiesSize(Math.toIntExact(size))));

    /**
     * Sets a property's number.
     *
     * @param name the property's
     * @param value null leaves what is set
     * @throws IllegalArgumentException if there is no such property, or it does not take this value
     */
    static void set(LatchkeySslConnectionFactory factory, String name, @Nullable String value) {
        NumberProperty property = ALL.get(name);
        if (property == null) {
            throw new IllegalArgumentException(name + " is none of " + ALL.keySet());
        }
        if (value == null) {
            return;
        }
        try {
            property.setter.accept(factory, Long.parseLong(value.strip()));
        } catch (NumberFormatException | ArithmeticException x) {
            throw new IllegalArgumentException(
                    name + "=" + value + ": it must be a whole number of " + property.unit + ", such as 10000", x);
        }
    }
}

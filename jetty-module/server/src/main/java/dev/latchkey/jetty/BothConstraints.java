package dev.latchkey.jetty;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Permits what both permit. As immutable as they are. */
record BothConstraints(AlgorithmConstraints first, AlgorithmConstraints second) implements AlgorithmConstraints {
    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, @Nullable AlgorithmParameters parameters) {
        return first.permits(primitives, algorithm, parameters) && second.permits(primitives, algorithm, parameters);
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        return first.permits(primitives, key) && second.permits(primitives, key);
    }

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, Key key, @Nullable AlgorithmParameters parameters) {
        return first.permits(primitives, algorithm, key, parameters)
                && second.permits(primitives, algorithm, key, parameters);
    }
}

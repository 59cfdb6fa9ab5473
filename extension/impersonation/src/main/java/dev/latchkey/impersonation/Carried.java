package dev.latchkey.impersonation;

import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives functions of each shape an identity to run as, again and again.
 *
 * <p>Owns the identity; what it returns keeps it. Any thread.
 */
final class Carried {
    private final Identity identity;

    /** Takes over the identity. */
    Carried(Identity identity) {
        this.identity = identity;
    }

    Runnable runnable(Runnable work) {
        return () -> identity.run(work);
    }

    <T extends @Nullable Object> Callable<T> callable(Callable<? extends T> work) {
        return () -> identity.call(work);
    }

    <T extends @Nullable Object> Supplier<T> supplier(Supplier<? extends T> work) {
        return () -> get(work);
    }

    <A extends @Nullable Object, T extends @Nullable Object> Function<A, T> function(
            Function<? super A, ? extends T> work) {
        return a -> get(() -> work.apply(a));
    }

    <A extends @Nullable Object> Consumer<A> consumer(Consumer<? super A> work) {
        return a -> identity.run(() -> work.accept(a));
    }

    <A extends @Nullable Object, B extends @Nullable Object, T extends @Nullable Object> BiFunction<A, B, T> biFunction(
            BiFunction<? super A, ? super B, ? extends T> work) {
        return (a, b) -> get(() -> work.apply(a, b));
    }

    <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> biConsumer(
            BiConsumer<? super A, ? super B> work) {
        return (a, b) -> identity.run(() -> work.accept(a, b));
    }

    private <T extends @Nullable Object> T get(Supplier<? extends T> work) {
        try {
            return identity.<T>call(work::get);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            // A Supplier throws none, but the language lets it.
            throw new IllegalStateException(e);
        }
    }
}

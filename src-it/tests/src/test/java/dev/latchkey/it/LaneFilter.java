package dev.latchkey.it;

import java.util.Arrays;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/** Takes out of a run what {@link OnlyOn} says belongs to other lanes. Found by the launcher as a service. */
public final class LaneFilter implements PostDiscoveryFilter {
    @Override
    public FilterResult apply(TestDescriptor descriptor) {
        OnlyOn only = annotation(descriptor);
        return FilterResult.includedIf(
                only == null || Arrays.asList(only.value()).contains(Lane.current()),
                () -> Lane.current() + " is one of its lanes",
                () -> only.because());
    }

    /** The method's own, else its class's: the launcher asks about methods, and not in each version about classes. */
    private static OnlyOn annotation(TestDescriptor descriptor) {
        TestSource source = descriptor.getSource().orElse(null);
        if (source instanceof MethodSource method) {
            OnlyOn own = method.getJavaMethod().getAnnotation(OnlyOn.class);
            return own == null ? method.getJavaClass().getAnnotation(OnlyOn.class) : own;
        }
        return source instanceof ClassSource type ? type.getJavaClass().getAnnotation(OnlyOn.class) : null;
    }
}

package dev.latchkey.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test that makes sense in these lanes only, with the reason; {@link LaneFilter} takes it out of the others. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface OnlyOn {
    /** {@return the lanes} */
    Lane[] value();

    /** {@return why not in the others, or where the others have it} */
    String because();
}

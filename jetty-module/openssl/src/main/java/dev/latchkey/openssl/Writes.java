package dev.latchkey.openssl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a downcall that makes, changes or frees these objects; a count of references is no change. All others only read.
 *
 * <p>None that connections share may be written but by the class that makes it, before anybody else has it:
 * {@link NativeObject#isShared()}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Writes {
    NativeObject[] value();
}

package dev.latchkey.openssl;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a downcall that only looks at these objects, or at none that we hold; the other kind is {@link Writes}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Reads {
    NativeObject[] value() default {};
}

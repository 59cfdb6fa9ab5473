package dev.latchkey.impersonation.web.cdi;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a bean's method, or all methods of a bean, as the authenticated caller of the current request.
 *
 * <p>Where there is no request, or its caller has no identity, the method is not run, and an {@link
 * dev.latchkey.impersonation.IdentityException} says so.
 */
@Inherited
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Impersonated {}

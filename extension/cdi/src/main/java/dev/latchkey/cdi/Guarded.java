package dev.latchkey.cdi;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Binds the interceptor to what {@link GuardExtension} has found with {@link dev.latchkey.RequireClientCertificate}: that
 * one itself is no binding, because servlets have it too, and a container that injects into a final servlet would refuse
 * all of it for the sake of an interceptor.
 */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@interface Guarded {}

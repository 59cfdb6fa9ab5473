/**
 * JAAS Subjects, with Kerberos credentials or without, on Java 17 to 25 and later.
 *
 * <p>Java ties a Subject to a call, so its provider is a scoped one, safe on virtual threads too. The room's rules: the
 * one class that knows how this Java carries a Subject is {@code SubjectAccess}; credentials are passed on, never read.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.subject;

import org.jspecify.annotations.NullMarked;

/**
 * Carries identities where others already carry what a thread has: Jakarta Concurrency, MicroProfile Context Propagation
 * and Micrometer.
 *
 * <p>Each is one class, found by its service file, and loaded only where its standard is on the class path. All three
 * standards call before and after the work instead of around it, so they carry what sits on the thread; an identity that
 * lasts as long as a call, such as a Subject, is refused with LK612, never dropped: use {@link
 * dev.latchkey.impersonation.Identities#wrap} or an impersonating executor for those. None of the standards tells when
 * a capture is not needed any more: it is given back when it is forgotten.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.carrier;

import org.jspecify.annotations.NullMarked;

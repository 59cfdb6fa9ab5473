/**
 * Accounts of Linux, put on a thread by system calls of the kernel, which are per thread.
 *
 * <p>The C library's functions of the same names change all threads at once and are of no use here. Read in this order:
 * {@link dev.latchkey.impersonation.linux.LinuxIdentity}, {@code ThreadCredentials}, {@code SystemCalls}.
 *
 * <p>The room's rules: {@code SystemCalls} and {@code AccountDatabase} are the only classes that name JNA, and neither
 * decides anything. Nothing is believed that has not been read back from the kernel.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.impersonation.linux;

import org.jspecify.annotations.NullMarked;

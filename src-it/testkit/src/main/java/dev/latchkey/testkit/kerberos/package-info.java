/**
 * Kerberos for tests and the demo: a key distribution centre of their own, on loopback, and logins from its keytabs.
 *
 * <ol>
 *   <li>{@link dev.latchkey.testkit.kerberos.KerberosPrograms}: where the programs are, MIT's or Heimdal's;
 *   <li>{@link dev.latchkey.testkit.kerberos.Kdc}: starts one, in a directory, as child processes;
 *   <li>{@link dev.latchkey.testkit.kerberos.KerberosLogin}: a user's Subject, from its keytab;
 *   <li>{@link dev.latchkey.testkit.kerberos.DemoKerberos}: the demo's.
 * </ol>
 *
 * <p>The room's rules: nothing of the system's Kerberos is read or changed; a KDC is a child process that ends when it
 * is closed; its keys and database are in its directory and nowhere else.
 *
 * <p>Nothing is null unless it is marked {@code @Nullable}.
 */
@NullMarked
package dev.latchkey.testkit.kerberos;

import org.jspecify.annotations.NullMarked;

/** The servlets of a web application that asks for certificates without code: see {@code GuardedWar}. */
package dev.latchkey.it.home.guarded;

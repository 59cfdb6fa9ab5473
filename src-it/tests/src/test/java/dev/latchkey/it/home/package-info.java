/** The real jetty-home of each supported version, as a process of its own, with the module's zip laid over. */
package dev.latchkey.it.home;

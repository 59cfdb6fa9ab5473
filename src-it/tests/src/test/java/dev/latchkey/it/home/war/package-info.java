/** The servlets of a small web application for the real servers: see {@link dev.latchkey.it.home.SmallWar}. */
package dev.latchkey.it.home.war;

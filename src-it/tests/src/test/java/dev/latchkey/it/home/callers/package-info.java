/** A web application that does work of its caller in each way there is, to see as whom the kernel takes it. */
package dev.latchkey.it.home.callers;

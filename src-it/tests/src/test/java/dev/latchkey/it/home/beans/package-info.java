/** A web application whose beans are guarded. */
package dev.latchkey.it.home.beans;

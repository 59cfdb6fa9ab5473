/** Classes with the annotation where nothing would enforce it; each alone makes an application that must not start. */
package dev.latchkey.it.home.misplaced;

/** Servlets with the annotation that all tests could make and few register: see {@code UnregisteredServletsIT}. */
package dev.latchkey.it.servlets;

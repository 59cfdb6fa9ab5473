package dev.latchkey.it.servlets;

/** Guarded, and its own class file does not name the annotation. */
public class OtherSecretServlet extends SecretServlet {}

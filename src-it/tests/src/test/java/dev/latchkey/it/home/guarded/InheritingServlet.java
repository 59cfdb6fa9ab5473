package dev.latchkey.it.home.guarded;

/** Guarded by its superclass's annotation; registered by {@link LateServlets} only. */
public class InheritingServlet extends NeedServlet {}

package dev.latchkey.it.home.misplaced;

public class ExtendingPlainMethod extends OnPlainMethod {}

package dev.latchkey.it.home.misplaced;

public class ExtendingPlainClass extends OnPlainClass {}

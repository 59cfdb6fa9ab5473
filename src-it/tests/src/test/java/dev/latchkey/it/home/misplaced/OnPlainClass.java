package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;

@RequireClientCertificate
public class OnPlainClass {}

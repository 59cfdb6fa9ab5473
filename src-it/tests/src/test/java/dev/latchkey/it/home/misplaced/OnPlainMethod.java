package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;

public class OnPlainMethod {
    @RequireClientCertificate
    public void guarded() {}
}

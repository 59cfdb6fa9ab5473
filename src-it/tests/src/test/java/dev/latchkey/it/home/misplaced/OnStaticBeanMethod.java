package dev.latchkey.it.home.misplaced;

import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.context.ApplicationScoped;

@ApplicationScoped
public class OnStaticBeanMethod {
    @RequireClientCertificate
    public static void guarded() {}
}

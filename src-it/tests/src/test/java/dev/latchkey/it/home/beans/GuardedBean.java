package dev.latchkey.it.home.beans;

import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.context.ApplicationScoped;

/** Guarded as a whole. */
@ApplicationScoped
@RequireClientCertificate
public class GuardedBean {
    public String word() {
        return "whole";
    }
}

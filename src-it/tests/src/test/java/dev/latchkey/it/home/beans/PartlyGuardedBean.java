package dev.latchkey.it.home.beans;

import dev.latchkey.NegotiationOptions.Presence;
import dev.latchkey.RequireClientCertificate;
import jakarta.enterprise.context.RequestScoped;

/** Guarded method by method. */
@RequestScoped
public class PartlyGuardedBean {
    public String open() {
        return "open";
    }

    @RequireClientCertificate(status = 401)
    public String needed() {
        return "needed";
    }

    @RequireClientCertificate(status = 404)
    public String hidden() {
        return "hidden";
    }

    @RequireClientCertificate(Presence.WANT)
    public String wanted() {
        return "wanted";
    }
}

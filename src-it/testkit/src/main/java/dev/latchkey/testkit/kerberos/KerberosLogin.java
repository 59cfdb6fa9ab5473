package dev.latchkey.testkit.kerberos;

import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.AppConfigurationEntry.LoginModuleControlFlag;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/** Logs in by a keytab, through JAAS and without a configuration file. Static; any thread. */
public final class KerberosLogin {
    private KerberosLogin() {}

    /**
     * Logs in, after {@link Kdc#useInThisJvm()}.
     *
     * @param kdc whose keytab it is
     * @param principal a user or service of it
     * @return a Subject with a ticket for tickets, forwardable
     * @throws LoginException if the KDC refused
     */
    public static Subject login(Kdc kdc, String principal) throws LoginException {
        Map<String, String> options = Map.of(
                "useKeyTab", "true",
                "keyTab", kdc.keytab(principal).toString(),
                "principal", principal,
                "doNotPrompt", "true",
                "refreshKrb5Config", "true",
                "isInitiator", "true",
                "storeKey", "true");
        AppConfigurationEntry entry = new AppConfigurationEntry(
                "com.sun.security.auth.module.Krb5LoginModule", LoginModuleControlFlag.REQUIRED, options);
        Configuration configuration = new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {entry};
            }
        };
        LoginContext login = new LoginContext("latchkey", null, null, configuration);
        login.login();
        return login.getSubject();
    }
}

# Comes with Latchkey ${project.version}; replaced by the next version's zip. Your settings go into
# start.d/latchkey-openssl.ini.

[description]
TLS by the system's OpenSSL 3 instead of the JDK's, by which clients can be asked for their certificate on TLS 1.3 as
well. Needs Java 22 or later, and OpenSSL 3.0 or later; says so where one is missing. The keystore, trust store and all
other settings of the module ssl stay what they are.

[tags]
connector
ssl
security

# Which brings https, and comes after all that configures the TLS connector.
[depend]
latchkey

[xml]
etc/latchkey-openssl.xml

[lib]
lib/latchkey/latchkey-openssl-${project.version}.jar

[ini]
jetty.server.addHiddenClasses+=,dev.latchkey.openssl.

[ini-template]
### Latchkey OpenSSL Configuration

## Whether the server refuses to start where Java or OpenSSL is missing or too old: true or false.
## With false it starts with the JDK's TLS, and a warning.
# latchkey.openssl.required=false

## Full path of libssl, a file of any name; give libcrypto as well. Empty: the platform finds it.
# latchkey.openssl.libssl=

## Full path of libcrypto, a file of any name; give libssl as well. Empty: the platform finds it.
# latchkey.openssl.libcrypto=

## Java 24 and later warn once that a library calls native code. To say that it may, start Java with
## --enable-native-access=ALL-UNNAMED before -jar, or uncomment the two lines below: start.jar then starts a second
## Java, to which the options of the first do not pass on.
# --exec
# --enable-native-access=ALL-UNNAMED

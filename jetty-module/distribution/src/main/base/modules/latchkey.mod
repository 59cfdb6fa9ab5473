# Comes with Latchkey ${project.version}; replaced by the next version's zip. Your settings go into start.d/latchkey.ini.

[description]
Lets web applications ask for the client's TLS certificate in the middle of a request.
Asks nobody by itself: a connection stays as it is until an application calls
dev.latchkey.ClientCertificates, or has CLIENT-CERT in its web.xml, or a path of
latchkey.paths is requested.

[tags]
connector
ssl
security

[depend]
https

# All that configures the TLS connector, and nothing that does not depend on the module server itself: Jetty would put
# that before the server, whose settings then have no effect.
[after]
alpn
http2
http3
http3-quiche
https
proxy-protocol-ssl
ssl
ssl-reload

[xml]
etc/latchkey.xml
etc/latchkey-declarative.xml

# Named with their version: a new version's zip can be laid over a base whose server runs, and a jar that an older
# version left behind is not on the class path.
[lib]
lib/latchkey/latchkey-api-${project.version}.jar
lib/latchkey/latchkey-jetty-${project.version}.jar

# The API is the server's own copy in every web application, also in one that brings a copy along; the server's part is
# hidden from them. Both properties are for all environments, ee8 to ee11.
[ini]
jetty.server.addProtectedClasses+=,dev.latchkey.
jetty.server.addHiddenClasses+=,dev.latchkey.jetty.

[ini-template]
### Latchkey Configuration

## How long the client may take to answer once it is asked, in milliseconds.
## A person may have to find a card and type a PIN. The idle timeout does not cut this short.
# latchkey.deadline=120000

## How long the rest of a request's body may take to arrive before the client is asked, in milliseconds.
# latchkey.bodyTimeout=30000

## At which rate it may take longer, in bytes a second: so many bytes lengthen the time by a second. 0 means: never longer.
# latchkey.minBodyDataRate=1000

## How much of a request's body is kept while the client is asked, in bytes. 0 means: ask without a body only.
## Counts only when the client has to be asked. A larger body is answered with status 413.
# latchkey.bodyLimit=131072

## How much all requests together may keep while their clients are asked, in bytes.
## Above it a request is answered with status 429.
# latchkey.bufferBudget=67108864

## How many of the server's threads may wait for clients at one time: in blocking calls and in guards, but for those of
## latchkey.paths, which block none. Above it a request is answered with status 429. -1 is half of the pool.
# latchkey.maxBlockedThreads=-1

## How much of a body that is too large is read and thrown away so that the client sees the answer, in bytes.
# latchkey.discardLimit=67108864

## How long a body that is too large is read and thrown away, in milliseconds.
# latchkey.discardTimeout=3000

## How large the list of authorities in a certificate request may be, in bytes.
## A larger one is sent empty, which lets the client choose freely; trust is decided as before.
# latchkey.maxAuthoritiesSize=16384

## How a request that asks is answered on HTTP/2, which forbids asking on an open connection.
## reset: its stream is reset with HTTP_1_1_REQUIRED; browsers and curl come back on HTTP/1.1 by themselves.
## A status from 400 to 499: that status, with the reason as text, for clients that do not come back.
# latchkey.http2=reset

## The status with which a request that asks is answered on HTTP/3, from 400 to 499.
## 421: clients leave HTTP/3 and come back by TCP (RFC 7838 section 6).
# latchkey.http3=421

## Whether connections that can be asked on TLS 1.2 only are served TLS 1.2, although both sides know TLS 1.3: true, or
## false. These are those of browsers when HTTP/2 has sent them back to HTTP/1.1. All others keep TLS 1.3.
# latchkey.browserStepUp=false

## Hosts that ask for a certificate in the first handshake, as clients name them (SNI), separated by commas, such as
## cert.example.org,*.pki.example.org, where the star is one label; empty for none. Other hosts stay without.
# latchkey.hosts=

## Whether these hosts want a certificate or need one: want, or need. Without a needed one there is no connection.
# latchkey.hostsPresence=want

## A host, one of the above as a rule, to which a request is redirected that cannot be asked on its connection, with
## its port if it is another; path and query stay. Empty for none.
# latchkey.redirectHost=

## The status of this redirection. 307: for GET and HEAD, other methods fail as before.
## 303: for all methods, and the client comes back by GET, without the body.
# latchkey.redirectStatus=307

## Paths that ask for a certificate before any application sees the request: patterns as servlets write them, with
## the context's path, separated by commas, such as /admin/*,/pki/*,/exact,*.cgi; empty for none.
# latchkey.paths=

## Whether these paths need a certificate or want one: need, or want.
# latchkey.pathsPresence=need

## Classes with @RequireClientCertificate that the application itself obeys, in an interceptor of its framework: names
## separated by commas, or com.example.web.* for a package; * for all, so that none is searched for; empty for none.
# latchkey.enforcedElsewhere=

## What of a certificate is the name of its user, where a web.xml says CLIENT-CERT: subject; an attribute of the subject
## by its short name or OID, such as cn, uid, serialNumber, emailAddress, 2.5.4.65; the alternative names email and upn;
## or pattern. It counts if it is the only one of its kind.
# latchkey.userName=subject

## With pattern: a regular expression that matches the whole subject as RFC 2253 writes it and has one group, which holds
## the value of one attribute or a part of it, such as CN=((?:[^,+\\]|\\.)+),.*; empty for none.
# latchkey.userNamePattern=

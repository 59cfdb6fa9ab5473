# Comes with Latchkey ${project.version}; replaced by the next version's zip. Your settings go into start.d/latchkey-impersonation.ini.

[description]
Runs the requests of web applications as their authenticated callers: accounts of Linux, access tokens of Windows.
Counts for applications that have latchkey-impersonation-web and JNA in WEB-INF/lib.

[tags]
security

[depend]
server

[xml]
etc/latchkey-impersonation.xml

[ini]
# A thread that the server would start while a user is on the starting one is refused, and the request with it: so all
# are started at once. Give minThreads the value of maxThreads.
jetty.threadPool.minThreads?=200

[ini-template]
### Latchkey Impersonation Configuration

## Whether requests run as their callers, in applications that do not say so themselves.
## off: they run as the server. principal: callers that have an identity run as it, others as the server.
## required: callers without an identity get status 403.
# latchkey.impersonation.requests=off

## Which account of this system is meant by a principal's name: NAME=ACCOUNT, NAME=#UID:GID[:GROUP]..., *=* for the
## account of the same name; separated by commas; empty for none.
# latchkey.impersonation.accounts=

## How far an account of Linux reaches. files: for files, and what else the kernel decides by effective ids.
## everything: for signals, child processes and access(2) too.
# latchkey.impersonation.linux.reach=files

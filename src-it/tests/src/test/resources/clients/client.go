// Two requests on one connection by Go's crypto/tls: client RENEGOTIATION PORT TLS METHOD PATH CA [CERTIFICATE KEY].
// RENEGOTIATION is never (Go's default), once or freely.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httputil"
	"os"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func exchange(connection *tls.Conn, reader *bufio.Reader, request string) {
	_, err := connection.Write([]byte(request))
	check(err)
	response, err := http.ReadResponse(reader, nil)
	check(err)
	dump, err := httputil.DumpResponse(response, true)
	check(err)
	os.Stdout.Write(dump)
}

func main() {
	renegotiation, port, version, method, path, authority := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6]
	pem, err := os.ReadFile(authority)
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	pinned := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[version]
	config := &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: pinned, MaxVersion: pinned}
	config.Renegotiation = map[string]tls.RenegotiationSupport{
		"never":  tls.RenegotiateNever,
		"once":   tls.RenegotiateOnceAsClient,
		"freely": tls.RenegotiateFreelyAsClient,
	}[renegotiation]
	if len(os.Args) > 7 {
		pair, err := tls.LoadX509KeyPair(os.Args[7], os.Args[8])
		check(err)
		config.Certificates = []tls.Certificate{pair}
	}
	connection, err := tls.Dial("tcp", "127.0.0.1:"+port, config)
	check(err)
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(60 * time.Second))
	reader := bufio.NewReader(connection)
	exchange(connection, reader, "GET /step-up/open HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if method == "POST" {
		exchange(connection, reader,
			"POST "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\na body")
	} else {
		exchange(connection, reader, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
}

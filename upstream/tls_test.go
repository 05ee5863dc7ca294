package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A real server of both versions: the connection is used again, and no other
// protocol than HTTP/1.1 is spoken.
func TestRealServerOverTLS(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Proto, " ", r.TLS.Version == version, " ", r.Host)
		}))
		server.EnableHTTP2 = true
		server.TLS = &tls.Config{MaxVersion: version}
		server.StartTLS()
		defer server.Close()
		o := options(server.URL)
		o.TLS = &tls.Config{RootCAs: x509.NewCertPool(), NextProtos: []string{"h2"}}
		o.TLS.RootCAs.AddCert(server.Certificate())
		u := build(t, o)
		for range 50 {
			resp, err := u.RoundTrip(t.Context(), get("/"))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if want := "HTTP/1.1 true api"; string(body) != want || err != nil {
				t.Fatalf("%q, %v, want %q", body, err, want)
			}
		}
		if s := u.Stats(); s.Dialed != 1 || s.Reused != 49 {
			t.Errorf("%+v, want one connection for all", s)
		}
	}
}

func TestKindsOfFailedTLS(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	expired, named, wants := a.server(), a.server(), a.server()
	expired.Certificates[0] = a.issue(&x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(-time.Minute)})
	named.Certificates[0] = a.issue(&x509.Certificate{DNSNames: []string{"other.test"}})
	wants.ClientAuth, wants.ClientCAs = tls.RequireAndVerifyClientCert, a.pool
	wants12, stranger := wants.Clone(), a.server()
	wants12.MaxVersion = tls.VersionTLS12
	stranger.NextProtos = []string{"spdy/3"}
	cert, key := a.clientFiles()
	trusting := TLSOptions{CAFile: a.file}
	for _, row := range []struct {
		name    string
		server  *tls.Config // nil: the script has the socket
		serve   script
		options TLSOptions
		want    string
	}{
		{"trusted", a.server(), atOnce, trusting, `200 "good"`},
		{"the name of the options", a.server(), atOnce, TLSOptions{CAFile: a.file, ServerName: "api.test"}, `200 "good"`},
		{"with a client certificate", wants, atOnce, TLSOptions{CAFile: a.file, CertFile: cert, KeyFile: key}, `200 "good"`},
		{"with a client certificate, TLS 1.2", wants12, atOnce, TLSOptions{CAFile: a.file, CertFile: cert, KeyFile: key}, `200 "good"`},
		{"anything goes", named, atOnce, TLSOptions{InsecureSkipVerify: true}, `200 "good"`},
		{"an authority of the system is wanted", a.server(), atOnce, TLSOptions{}, "tls_certificate_error"},
		{"another authority", a.server(), atOnce, TLSOptions{CAFile: other.file}, "tls_certificate_error"},
		{"another name", named, atOnce, trusting, "tls_certificate_error"},
		{"not the name of the options", a.server(), atOnce, TLSOptions{CAFile: a.file, ServerName: "b.test"}, "tls_certificate_error"},
		{"expired", expired, atOnce, trusting, "tls_certificate_error"},
		{"no client certificate", wants, atOnce, trusting, "tls_alert_received"},
		{"no client certificate, TLS 1.2", wants12, atOnce, trusting, "tls_alert_received"},
		{"TLS 1.1", &tls.Config{Certificates: named.Certificates, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, atOnce, trusting, "tls_alert_received"},
		{"no protocol in common", stranger, atOnce, trusting, "tls_alert_received"},
		{"plain HTTP", nil, func(_ int, c *peer) { c.say("HTTP/1.1 400 Bad Request\r\n\r\n"); silent(0, c) }, trusting, "tls_protocol_error"},
		{"closed at once", nil, func(int, *peer) {}, trusting, "connection_terminated"},
		{"half a record", nil, func(_ int, c *peer) { c.say("\x16\x03\x03\x00") }, trusting, "connection_terminated"},
		{"silent", nil, silent, trusting, "connection_timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			serve := row.serve
			if row.server != nil {
				serve = overTLS(row.server, serve)
			}
			o := options("https" + strings.TrimPrefix(listen(t, serve), "http"))
			o.TLS = a.config(row.options)
			if row.want == "connection_timeout" {
				o.Connect = 50 * time.Millisecond
			}
			u := build(t, o)
			_, err := outcomeOf(t, u, row.want)
			if s := u.Targets()[0]; err != nil && (s.Open != 0 || s.Failed != 1) {
				t.Errorf("%+v, want none open, one failure", s)
			}
			var e *Error
			if errors.As(err, &e) && !e.Kind.Unreachable() {
				t.Errorf("%s does not say that the origin could not be reached", e.Kind)
			}
		})
	}
}

// outcomeOf makes a request and compares.
func outcomeOf(t *testing.T, u *Upstream, want string) (*Response, error) {
	t.Helper()
	resp, err := u.RoundTrip(t.Context(), get("/"))
	if got := outcome(resp, err); got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	return resp, err
}

// A certificate that is not accepted stops the request before it is sent.
func TestNothingIsSentWithoutTrust(t *testing.T) {
	a := newAuthority(t)
	heard := make(chan string, 1)
	o := options(listenTLS(t, a.server(), func(_ int, c *peer) { heard <- c.head() }))
	_, err := outcomeOf(t, build(t, o), "tls_certificate_error")
	var e *Error
	if !errors.As(err, &e) || e.Reached {
		t.Errorf("%+v, want an error of an origin not reached", err)
	}
	select {
	case head := <-heard:
		if head != "" {
			t.Errorf("the origin heard %q, want nothing", head)
		}
	default: // the handshake failed there too
	}
}

func TestServerNameIsSent(t *testing.T) {
	a := newAuthority(t)
	for _, row := range []struct{ target, option, want string }{
		{"https://api.test", "", "api.test"},
		{"https://api.test:9000", "", "api.test"},
		{"https://other.test", "api.test", "api.test"},
		{"https://127.0.0.1", "", ""},
	} {
		server, sent := a.server(), make(chan string, 1)
		server.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			sent <- hello.ServerName
			return nil, nil
		}
		o := options(row.target)
		o.TLS = a.config(TLSOptions{CAFile: a.file, ServerName: row.option})
		origin := strings.TrimPrefix(listenTLS(t, server, atOnce), "https://")
		o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, origin)
		}
		wantGood(t, build(t, o))
		if got := <-sent; got != row.want {
			t.Errorf("to %s with the name %q: %q was sent, want %q", row.target, row.option, got, row.want)
		}
	}
}

// A second connection resumes the session of the first.
func TestSessionIsResumed(t *testing.T) {
	a := newAuthority(t)
	server, resumed := a.server(), make(chan bool, 2)
	server.VerifyConnection = func(s tls.ConnectionState) error { resumed <- s.DidResume; return nil }
	u := build(t, a.secured(listenTLS(t, server, says(good))))
	wantGood(t, u)
	wantGood(t, u)
	if first, second := <-resumed, <-resumed; first || !second {
		t.Errorf("resumed are %t, %t, want the second alone", first, second)
	}
}

func TestTLSOptionsRefused(t *testing.T) {
	a := newAuthority(t)
	cert, key := a.clientFiles()
	missing, empty := filepath.Join(t.TempDir(), "missing"), filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		options TLSOptions
		want    string
	}{
		{TLSOptions{CAFile: missing}, "read the CA file: open " + missing + ": no such file or directory"},
		{TLSOptions{CAFile: empty}, "read the CA file " + empty + ": no certificate in PEM form is in it"},
		{TLSOptions{CertFile: cert}, "a client certificate needs both its file and the file of its key"},
		{TLSOptions{KeyFile: key}, "a client certificate needs both its file and the file of its key"},
		{TLSOptions{CertFile: cert, KeyFile: empty}, "read the client certificate " + cert + " with key " + empty + ": tls: failed to find any PEM data in key input"},
	} {
		if c, err := row.options.Config(); c != nil || err == nil || err.Error() != row.want {
			t.Errorf("%+v.Config() = %v, want %s", row.options, err, row.want)
		}
	}
}

// Cancelling does not wait for an alert that a deaf origin would not take.
func TestCanceledOverTLS(t *testing.T) {
	a, over := newAuthority(t), make(chan struct{})
	defer close(over) // before listen waits for the origin
	deaf := func(int, *peer) { <-over }
	for _, row := range []struct {
		name  string
		serve script // gets the socket
		req   *Request
	}{
		{"in the handshake", silent, get("/")},
		{"while a head is awaited", overTLS(a.server(), silent), get("/")},
		{"while a deaf origin is written to", overTLS(a.server(), deaf), posting(endless{})()},
	} {
		o := a.secured("https" + strings.TrimPrefix(listen(t, row.serve), "http"))
		o.Connect, o.Response = time.Minute, time.Minute
		u := build(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		began := time.Now()
		if got := outcome(u.RoundTrip(ctx, row.req)); got != "canceled" || time.Since(began) > time.Second {
			t.Errorf("%s: %s after %v, want canceled within a second", row.name, got, time.Since(began))
		}
		if s := u.Stats(); s.Open != 0 {
			t.Errorf("%s: %+v, want none open", row.name, s)
		}
	}
}

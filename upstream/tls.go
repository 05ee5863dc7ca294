package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// TLSOptions are those of the connections to https targets. The zero value trusts
// the system's authorities and expects the target's own name.
type TLSOptions struct {
	// CAFile holds the certificates, in PEM form, of the only authorities to be
	// trusted. "": those of the system.
	CAFile string
	// ServerName is sent as SNI and expected in the certificate, instead of the
	// host of the target. An IP address is expected but not sent.
	ServerName string
	// CertFile and KeyFile are a client certificate in PEM form; both or none.
	CertFile, KeyFile string
	// InsecureSkipVerify accepts any certificate. Whoever can intercept the
	// connection can then read and change all that passes, and what the cache keeps.
	InsecureSkipVerify bool
}

// Config reads the files and makes the configuration for Options.TLS. Errors name
// the file at fault.
func (o TLSOptions) Config() (*tls.Config, error) {
	c := newTLSConfig()
	c.ServerName, c.InsecureSkipVerify = o.ServerName, o.InsecureSkipVerify
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read the CA file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read the CA file %s: no certificate in PEM form is in it", o.CAFile)
		}
	}
	if o.CertFile == "" && o.KeyFile == "" {
		return c, nil
	}
	if o.CertFile == "" || o.KeyFile == "" {
		return nil, errors.New("a client certificate needs both its file and the file of its key")
	}
	pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the client certificate %s with key %s: %w", o.CertFile, o.KeyFile, err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}

// newTLSConfig is the base: sessions are resumed, which saves half a handshake.
func newTLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(0),
	}
}

// forTarget completes a configuration for one host. No other protocol is offered:
// an origin that chose HTTP/2 would not be understood.
func forTarget(base *tls.Config, host string) *tls.Config {
	c := base.Clone()
	if c.ServerName == "" {
		c.ServerName = host
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	c.NextProtos = []string{"http/1.1"}
	return c
}

// handshake makes a connection of TLS on nc, or closes nc.
func handshake(ctx context.Context, nc net.Conn, config *tls.Config) (*conn, *Error) {
	w := &wire{Conn: nc}
	secure := tls.Client(w, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, handshakeError(err)
	}
	return newConn(secure, w), nil
}

// A wire carries TLS records. It knows what tls.Conn does not tell: how the peer
// ended, and whether the last record came whole.
type wire struct {
	net.Conn
	ended bool // a read met the end of the stream
	dry   bool // reads find nothing

	head [5]byte // of the record that is coming (RFC 8446 section 5.1)
	have int     // bytes of it
	left int     // bytes of the record after its head
}

// Read is called by tls.Conn only. The timeout of a dry one is temporary, so
// tls.Conn goes on after it; one of a write it would not survive.
func (w *wire) Read(p []byte) (int, error) {
	if w.dry {
		return 0, os.ErrDeadlineExceeded
	}
	n, err := w.Conn.Read(p)
	w.follow(p[:n])
	w.ended = w.ended || n == 0 && err == io.EOF
	return n, err
}

// follow keeps count of the records.
func (w *wire) follow(p []byte) {
	for len(p) > 0 {
		if w.left > 0 {
			n := min(w.left, len(p))
			w.left -= n
			p = p[n:]
			continue
		}
		w.head[w.have] = p[0]
		w.have++
		p = p[1:]
		if w.have == len(w.head) {
			w.left, w.have = int(binary.BigEndian.Uint16(w.head[3:])), 0
		}
	}
}

// drained tells, of a wire whose socket is silent, whether secure holds nothing
// either: tls.Conn reads more than a record at once, so the answer to the next
// request could wait in it. Session tickets do no harm: an origin sends them behind
// its handshake, and they are read together with its first answer.
func (w *wire) drained(secure net.Conn) bool {
	if w.left > 0 || w.have > 0 {
		return false
	}
	// Old deadlines must not meet the alert that tls.Conn may write now.
	secure.SetWriteDeadline(time.Now().Add(lastWrite))
	w.dry = true
	n, err := secure.Read(make([]byte, 1))
	w.dry = false
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}

// incomplete turns an end of the stream without a closure alert into an error:
// anybody on the way can cut a connection (RFC 9112 section 9.8).
func (w *wire) incomplete(err error) error {
	if err == io.EOF && w.ended {
		return fmt.Errorf("TLS closed without an alert: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// handshakeError names why no TLS connection came about.
func handshakeError(err error) *Error {
	var network net.Error
	kind := tlsKind(err)
	switch {
	case kind != "":
	case timedOut(err):
		kind = ConnectionTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network):
		kind = ConnectionTerminated
	default: // the plain errors of crypto/tls
		kind = TLSProtocolError
	}
	return &Error{Kind: kind, Err: fmt.Errorf("TLS handshake: %w", unexpected(err))}
}

// tlsKind is the kind of an error of TLS itself, "" for any other. crypto/tls
// marks alerts by the operation of a net.OpError.
func tlsKind(err error) Kind {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var op *net.OpError
	switch {
	case errors.As(err, &certificate):
		return TLSCertificateError
	case errors.As(err, &record):
		return TLSProtocolError
	case errors.As(err, &op) && op.Op == "remote error":
		return TLSAlertReceived
	case op != nil && op.Op == "local error":
		return TLSProtocolError
	}
	return ""
}

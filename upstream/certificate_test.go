package upstream

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An authority issues the certificates of a test.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	file string // its own certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, pool: x509.NewCertPool()}
	made := a.issue(&x509.Certificate{
		Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	a.cert, a.key = made.Leaf, made.PrivateKey.(*ecdsa.PrivateKey)
	a.pool.AddCert(a.cert)
	a.file = filepath.Join(t.TempDir(), "ca.pem")
	a.write(a.file, "CERTIFICATE", a.cert.Raw)
	return a
}

// issue signs a template; the authority's own certificate with its own key.
func (a *authority) issue(template *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	template.NotBefore = time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key, Leaf: leaf}
}

// server is the configuration of an origin at 127.0.0.1 that is also called api.test.
func (a *authority) server() *tls.Config {
	a.t.Helper()
	return &tls.Config{Certificates: []tls.Certificate{a.issue(&x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"api.test"},
	})}}
}

// clientFiles holds a client certificate and its key.
func (a *authority) clientFiles() (cert, key string) {
	a.t.Helper()
	pair := a.issue(&x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	der, err := x509.MarshalECPrivateKey(pair.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		a.t.Fatal(err)
	}
	dir := a.t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	a.write(cert, "CERTIFICATE", pair.Certificate[0])
	a.write(key, "EC PRIVATE KEY", der)
	return cert, key
}

func (a *authority) write(file, kind string, der []byte) {
	a.t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// overTLS makes a script for the socket of one for the TLS connection on it.
func overTLS(config *tls.Config, serve script) script {
	return func(n int, socket *peer) {
		secure := tls.Server(socket.Conn, config)
		defer secure.Close() // with a closure alert
		if secure.Handshake() == nil {
			serve(n, &peer{secure, bufio.NewReader(secure)})
		}
	}
}

// listenTLS is listen for an https target.
func listenTLS(t *testing.T, config *tls.Config, serve script) string {
	t.Helper()
	return "https" + listen(t, overTLS(config, serve))[len("http"):]
}

// secured are options for an https target whose authority is trusted.
func (a *authority) secured(target string) Options {
	o := options(target)
	o.TLS = a.config(TLSOptions{CAFile: a.file})
	return o
}

func (a *authority) config(o TLSOptions) *tls.Config {
	a.t.Helper()
	c, err := o.Config()
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

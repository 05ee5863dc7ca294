package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
)

// origin is the API behind the gateway. It counts what reaches it.
type origin struct {
	*httptest.Server
	requests atomic.Int64
	// reached gets a word when a request for /held has come; it is answered when
	// release is closed.
	reached, release chan struct{}
}

// cacheable is what the origin says of everything but /private.
const cacheable = "max-age=300"

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := newStillOrigin(t)
	o.Start()
	return o
}

// newStillOrigin is one that was not started yet.
func newStillOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{reached: make(chan struct{}, 1), release: make(chan struct{})}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(o.answer))
	t.Cleanup(func() {
		o.CloseClientConnections()
		o.Close()
	})
	return o
}

// answer says which path was asked for, in a body long enough to be coded.
func (o *origin) answer(w http.ResponseWriter, r *http.Request) {
	o.requests.Add(1)
	w.Header().Set("Cache-Control", cacheable)
	switch r.URL.Path {
	case "/private":
		w.Header().Set("Cache-Control", "private")
	case "/held":
		o.reached <- struct{}{}
		select {
		case <-o.release:
		case <-r.Context().Done():
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(document(r.URL.RequestURI()))
}

// document is the origin's answer to a GET of a URI.
func document(uri string) []byte {
	return fmt.Appendf(nil, `{"uri":%q,"text":"%s"}`, uri, bytes.Repeat([]byte("slow "), 400))
}

// closedPort is an address that refuses connections and that nobody else can
// take, until open makes a listener of it.
func closedPort(t *testing.T) (address string, open func() net.Listener) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal("make a socket:", err)
	}
	file := os.NewFile(uintptr(fd), "closed port")
	t.Cleanup(func() { file.Close() })
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal("take a port:", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal("read the port:", err)
	}
	address = fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	return address, func() net.Listener {
		if err := syscall.Listen(fd, syscall.SOMAXCONN); err != nil {
			t.Fatal("listen:", err)
		}
		l, err := net.FileListener(file)
		if err != nil {
			t.Fatal("listen:", err)
		}
		return l
	}
}

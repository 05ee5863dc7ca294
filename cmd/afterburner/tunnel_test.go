package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// raw opens a connection to a listener; it cannot hang for ever.
func raw(t *testing.T, url string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(patience)))
	return c.(*net.TCPConn)
}

// A protocol may end its directions one by one: what is asked for before the end
// of the one is answered in the other, at any size.
func TestATunnelEndsItsDirectionsOneByOne(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, in, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sum\r\n\r\nready\n")
		size, sum, err := sumOf(in)
		fmt.Fprintf(conn, "%d %x %v\n", size, sum, err)
		_, _ = io.Copy(conn, &vast{size: size})
	}))
	t.Cleanup(api.Close)
	p := serve(t, api.URL, socketFile)
	const size = 8 << 20
	_, sum, _ := sumOf(&vast{size: size})
	c := raw(t, p.url)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: sum\r\n\r\n")
	in := bufio.NewReader(c)
	response, err := http.ReadResponse(in, nil)
	must(t, err)
	if response.StatusCode != 101 || response.Header.Get("Upgrade") != "sum" || !strings.EqualFold(response.Header.Get("Connection"), "upgrade") {
		t.Fatalf("it answered %s %v, want 101 and the protocol", response.Status, response.Header)
	}
	line, err := in.ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("it began %q, %v", line, err)
	}
	_, err = io.Copy(c, &vast{size: size})
	must(t, err)
	must(t, c.CloseWrite())
	line, err = in.ReadString('\n')
	if want := fmt.Sprintf("%d %x <nil>\n", size, sum); err != nil || line != want {
		t.Fatalf("the origin got %q, %v; want %q", line, err, want)
	}
	if n, got, err := sumOf(in); n != size || got != sum || err != nil {
		t.Errorf("behind half a close came %d bytes with sum %x, %v; want %d with %x", n, got, err, size, sum)
	}
}

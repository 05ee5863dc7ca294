package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/afterburner-gateway/afterburner/config"
)

// A panic behind the steps, in sending or finishing, ended the process.
func TestPanicBehindTheStepsEndsOneConnection(t *testing.T) {
	g := newTestGateway(t, "http://127.0.0.1:9")
	finish := g.steps[stepFinish].run
	g.steps[stepFinish].run = func(x *exchange) step {
		if x.Target == "/panic" {
			panic("on purpose")
		}
		return finish(x)
	}
	ln := fasthttputil.NewInmemoryListener()
	server := NewServer(g, config.Default().Limits)
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Shutdown(t.Context()) })
	for _, target := range []string{"/panic", "/"} {
		c, err := ln.Dial()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "TRACE "+target+" HTTP/1.1\r\nHost: a\r\n\r\n")
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %v %v", target, r, err)
		}
		if target == "/panic" {
			atEnd(t, c)
		}
		c.Close()
	}
}

// atEnd waits until the other side has closed.
func atEnd(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Error(err)
	}
}

package proxy

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/afterburner-gateway/afterburner/config"
)

// A client that left while its answer was awaited, to be coded as a whole, was
// written down as a 502 of the gateway's own making.
func TestClientThatLeavesBeforeItsCodedAnswer(t *testing.T) {
	release := make(chan struct{})
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = io.WriteString(w, "the first part")
		w.(http.Flusher).Flush()
		<-release
	}))
	t.Cleanup(origin.Close)
	t.Cleanup(func() { close(release) })
	g := newTestGateway(t, origin.URL)
	reasons := make(chan string, 1)
	finish, deliver := g.steps[stepFinish].run, g.steps[stepDeliver].run
	delivering := make(chan struct{})
	g.steps[stepDeliver].run = func(x *exchange) step {
		close(delivering)
		return deliver(x)
	}
	g.steps[stepFinish].run = func(x *exchange) step {
		reasons <- x.reason
		return finish(x)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := NewServer(g, config.Default().Limits)
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Shutdown(t.Context()) })
	c := connectTo(t, ln.Addr().String())
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
	<-delivering
	c.Close()
	select {
	case reason := <-reasons:
		if reason != clientGone {
			t.Errorf("the reason is %q, want %q", reason, clientGone)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody noticed")
	}
}

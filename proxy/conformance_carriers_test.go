package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"testing"
	"time"

	"github.com/valyala/fasthttp/fasthttputil"

	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/config"
)

// A carrier is one adaptor behind its protocol, with what the protocol can do.
type carrier struct {
	name     string
	streams  bool // the client sees a body while it is made
	informs  bool // 1xx reach it
	trailers bool
	uploads  bool // a request's body comes piece by piece
	leaves   bool // a client that left is noticed
	serve    func(t *testing.T, g *Gateway) (join func(*testing.T) client)
}

func carriers() []carrier {
	return []carrier{
		{"fasthttp 1.1 over TCP", true, true, true, true, true, overTCP(1)},
		{"fasthttp 1.1 in memory", true, true, true, true, false, inMemory},
		{"fasthttp 1.0 over TCP", true, false, false, true, true, overTCP(0)},
		{"in process", false, false, false, false, true, inOneProcess},
		{"net-http 1.1", true, true, true, true, true, overNetHTTP(false)},
		{"net-http 2", true, true, true, true, true, overNetHTTP(true)},
	}
}

// asked is a request as a client makes it.
type asked struct {
	method string
	body   func(*stage) io.Reader // nil: none; an error of it is the client's early end
	length int64                  // -1: unknown until its end
	fields [][2]string
}

// client speaks a carrier's protocol.
type client interface {
	// ask returns the final head; its body comes as the carrier brings it.
	ask(s *stage, r asked) (interim []string, response *http.Response, err error)
	// leave ends what is under way.
	leave()
}

// rawClient writes HTTP/1.x itself.
type rawClient struct {
	dial   func() net.Conn
	minor  int
	conn   net.Conn
	reader *bufio.Reader
	ended  bool
}

func overTCP(minor int) func(*testing.T, *Gateway) func(*testing.T) client {
	return func(t *testing.T, g *Gateway) func(*testing.T) client {
		address := listen(t, g)
		return func(t *testing.T) client {
			return newRawClient(minor, func() net.Conn { return dialTCP(t, address) })
		}
	}
}

func listen(t *testing.T, g *Gateway) (address string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, g, ln)
	return ln.Addr().String()
}

func inMemory(t *testing.T, g *Gateway) func(*testing.T) client {
	ln := fasthttputil.NewInmemoryListener()
	serveOn(t, g, ln)
	return func(t *testing.T) client {
		return newRawClient(1, func() net.Conn {
			c, err := ln.Dial()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			return c
		})
	}
}

func newRawClient(minor int, dial func() net.Conn) *rawClient {
	conn := dial()
	return &rawClient{minor: minor, dial: dial, conn: conn, reader: bufio.NewReader(conn)}
}

func serveOn(t *testing.T, g *Gateway, ln net.Listener) *Server {
	server := NewServer(g, config.Default().Limits)
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(server.Shutdown(ctx), <-done); err != nil {
			t.Errorf("the end of the server: %v", err)
		}
	})
	return server
}

func dialTCP(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(20 * time.Second)) // a test that hangs says where
	t.Cleanup(func() { c.Close() })
	return c
}

// ask keeps the connection as the server's answers allow.
func (c *rawClient) ask(s *stage, r asked) (interim []string, response *http.Response, err error) {
	if c.ended {
		*c = *newRawClient(c.minor, c.dial)
	}
	go c.write(s, r)
	for {
		response, err = http.ReadResponse(c.reader, &http.Request{Method: r.method})
		if err != nil || response.StatusCode >= 200 {
			break
		}
		interim = append(interim, fmt.Sprintf("%d %s", response.StatusCode, response.Header.Get("Link")))
	}
	if err != nil || response.Close || c.minor == 0 && response.Header.Get("Connection") != "keep-alive" {
		c.ended = true // the next one asks on a connection of its own
	}
	return interim, response, err
}

func (c *rawClient) write(s *stage, r asked) {
	conn := c.conn
	head := fmt.Sprintf("%s /a HTTP/1.%d\r\nHost: a.example\r\n", r.method, c.minor)
	for _, line := range r.fields {
		head += line[0] + ": " + line[1] + "\r\n"
	}
	if c.minor == 0 {
		head += "Connection: keep-alive\r\n"
	}
	if r.body == nil {
		_, _ = io.WriteString(conn, head+"\r\n")
		return
	}
	var out io.Writer = conn
	if r.length >= 0 {
		head += fmt.Sprintf("Content-Length: %d\r\n", r.length)
	} else {
		head += "Transfer-Encoding: chunked\r\n"
		out = chunkWriter{conn}
	}
	_, _ = io.WriteString(conn, head+"\r\n")
	if _, err := io.Copy(out, r.body(s)); err != nil {
		endWriting(conn)
		return
	}
	if r.length < 0 {
		_, _ = io.WriteString(conn, "0\r\n\r\n")
	}
}

// endWriting ends the client's half; the whole where there are no halves.
func endWriting(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = conn.Close()
}

type chunkWriter struct{ io.Writer }

func (w chunkWriter) Write(p []byte) (int, error) {
	if _, err := fmt.Fprintf(w.Writer, "%x\r\n%s\r\n", len(p), p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// mustEnd makes sure that nothing follows what broke.
func (c *rawClient) mustEnd(t *testing.T) {
	c.ended = true
	if b, err := c.reader.ReadByte(); err == nil {
		t.Errorf("the connection goes on with %q", b)
	}
}

func (c *rawClient) leave() { _ = c.conn.Close() }

// standardClient is the standard library's, over its own server.
type standardClient struct {
	url    string
	http   *http.Client
	ctx    context.Context
	cancel context.CancelFunc
}

func overNetHTTP(two bool) func(*testing.T, *Gateway) func(*testing.T) client {
	return func(t *testing.T, g *Gateway) func(*testing.T) client {
		server := httptest.NewUnstartedServer(NetHTTP(g))
		server.EnableHTTP2 = two
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		if two {
			server.StartTLS()
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		return func(t *testing.T) client {
			c := &standardClient{url: server.URL, http: server.Client()}
			if !two { // a connection of one's own: on a shared one a GET is sent again
				transport := new(http.Transport)
				t.Cleanup(transport.CloseIdleConnections)
				c.http = &http.Client{Transport: transport}
			}
			c.ctx, c.cancel = context.WithTimeout(t.Context(), 20*time.Second)
			t.Cleanup(c.cancel)
			return c
		}
	}
}

func (c *standardClient) ask(s *stage, r asked) (interim []string, response *http.Response, err error) {
	ctx := httptrace.WithClientTrace(c.ctx, &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			interim = append(interim, fmt.Sprintf("%d %s", code, header.Get("Link")))
			return nil
		},
	})
	request, err := http.NewRequestWithContext(ctx, r.method, c.url+"/a", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if r.body != nil {
		body := r.body(s)
		request.Body, request.ContentLength = io.NopCloser(body), r.length
		if pipe, ok := body.(io.ReadCloser); ok {
			request.Body = pipe
		}
	}
	request.Host = "a.example"
	for _, line := range r.fields {
		request.Header.Add(line[0], line[1])
	}
	response, err = c.http.Do(request)
	return interim, response, err
}

func (c *standardClient) leave() { c.cancel() }

// itemClient asks as an item of a batch.
type itemClient struct {
	gateway *Gateway
	ctx     context.Context
	cancel  context.CancelFunc
}

func inOneProcess(_ *testing.T, g *Gateway) func(*testing.T) client {
	return func(t *testing.T) client {
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		return &itemClient{g, ctx, cancel}
	}
}

func (c *itemClient) ask(s *stage, r asked) (_ []string, response *http.Response, err error) {
	item := batch.Item{Method: r.method, URL: "/a", Fields: r.fields, Budget: 1 << 20}
	if r.body != nil {
		if item.Body, err = io.ReadAll(r.body(s)); err != nil {
			s.t.Fatalf("an item with half a body: %v", err)
		}
	}
	outer := request{Scheme: "http", Host: "a.example", Client: "192.0.2.1"}
	answer, err := c.gateway.do(c.ctx, &outer, item)
	if err != nil {
		return nil, nil, err
	}
	response = &http.Response{StatusCode: answer.Status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer.Body))}
	for _, line := range answer.Fields {
		response.Header.Add(line[0], line[1])
	}
	return nil, response, nil
}

func (c *itemClient) leave() { c.cancel() }

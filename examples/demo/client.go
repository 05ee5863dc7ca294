package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
)

// client asks one server as a browser would and counts what that costs.
type client struct {
	base string
	http *http.Client
	wire atomic.Int64 // bytes read from its connections, heads and all
}

// response is an answer as the user sees it: decoded.
type response struct {
	status      int
	contentType string
	body        []byte
	cacheStatus []string
	// latency is from before the request is written until the last byte of the
	// answer is read; decoding comes after.
	latency time.Duration
	err     error
}

func newClient(base string, connections int) *client {
	c := &client{base: base}
	dialer := &net.Dialer{}
	c.http = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return countedConn{conn, &c.wire}, nil
		},
		MaxIdleConnsPerHost: connections,
		DisableCompression:  true, // it is asked for and undone here, so that the wire's bytes count
	}}
	return c
}

type countedConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// get sends a request of the workload.
func (c *client) get(ctx context.Context, r request) response {
	return c.send(ctx, http.MethodGet, r.path, r.header, nil)
}

func (c *client) send(ctx context.Context, method, path string, header http.Header, body []byte) response {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return response{err: err}
	}
	if header != nil {
		req.Header = header.Clone()
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "gzip, br")
	req.Header.Set("Accept-Language", "en")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	began := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return response{err: err}
	}
	defer res.Body.Close()
	coded, err := io.ReadAll(res.Body)
	latency := time.Since(began)
	if err != nil {
		return response{err: fmt.Errorf("read the answer: %w", err)}
	}
	plain, err := decode(res.Header.Get("Content-Encoding"), coded)
	return response{
		status:      res.StatusCode,
		contentType: res.Header.Get("Content-Type"),
		body:        plain,
		cacheStatus: res.Header.Values("Cache-Status"),
		latency:     latency,
		err:         err,
	}
}

// decode undoes a content coding that the client asked for.
func decode(coding string, body []byte) ([]byte, error) {
	var plain io.Reader
	switch coding {
	case "", "identity":
		return body, nil
	case "br":
		plain = brotli.NewReader(bytes.NewReader(body))
	case "gzip":
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("decode gzip: %w", err)
		}
		plain = reader
	default:
		return nil, fmt.Errorf("the answer is coded as %q, which was not asked for", coding)
	}
	decoded, err := io.ReadAll(plain)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", coding, err)
	}
	return decoded, nil
}

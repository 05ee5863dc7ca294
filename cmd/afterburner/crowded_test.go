package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// quantiles are the times of many requests, sorted.
type quantiles []time.Duration

func (q quantiles) at(share float64) time.Duration {
	return q[min(len(q)-1, int(share*float64(len(q))))]
}

// served asks many times on a few connections; each must be answered rightly.
func served(t *testing.T, p *process, requests int) quantiles {
	t.Helper()
	var mu sync.Mutex
	var took quantiles
	var clients sync.WaitGroup
	for n := range 4 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			defer client.CloseIdleConnections()
			for i := range requests / 4 {
				target := []string{"/hit", "/private", fmt.Sprintf("/miss?%d.%d", n, i)}[i%3]
				began := time.Now()
				got, err := tryAsk(t.Context(), client, "GET", p.url+target, "")
				if fault := verdict(target, got, err); fault != "" {
					t.Error(fault)
				}
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	slices.Sort(took)
	return took
}

// room raises the limit of open files and tells how many connections fit.
func room(t *testing.T, want int) int {
	t.Helper()
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < uint64(want)+1000 {
		return 2_000
	}
	return want
}

// Ten thousand requests that never end hold their connections and no more.
func TestHalfOpenRequestsLeaveTheRestWorking(t *testing.T) {
	half := 2_000
	if len(raceFlag) == 0 {
		half = room(t, 10_000)
	}
	api := newOrigin(t)
	p := serve(t, api.URL, strings.Replace(slowFile, "header_timeout: 500ms, request_timeout: 500ms", "header_timeout: 10m, request_timeout: 10m", 1))
	askUntilHit(t, p.url+"/hit")
	alone := served(t, p, 600)
	before := p.memory("VmRSS")
	held := make([]net.Conn, 0, half)
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	for i := range half {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		must(t, err)
		held = append(held, c)
		begun := "GET /half HTTP/1.1\r\nHost: x\r\nX-Never: ends"
		if i%2 == 0 {
			begun = "POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nX-Never: ends"
		}
		_, err = io.WriteString(c, begun)
		must(t, err)
	}
	eventually(t, "each has its goroutine", func() bool { return p.figure("go_goroutines") > float64(half) })
	took := served(t, p, 600)
	grown := p.memory("VmRSS") - before
	t.Logf("%d half-open requests: %.1f KiB each; p50 %v and p99 %v, without them %v and %v",
		half, float64(grown)/float64(half)/1024, took.at(.5), took.at(.99), alone.at(.5), alone.at(.99))
	if p99 := took.at(.99); p99 > 2*time.Second {
		t.Errorf("p99 of good requests is %v, want 2s at most", p99)
	}
	if each := grown / int64(half); len(raceFlag) == 0 && each > 64<<10 {
		t.Errorf("each costs %d bytes, want 64 KiB at most", each)
	}
}

// Who reads a byte now and then holds his own connection, and none to the origin:
// the object is in the store.
func TestSlowReadersHoldOneConnectionEach(t *testing.T) {
	const readers = 200
	api, large := newStillOrigin(t), newVastOrigin(t, 6<<20)
	open := openConnections(api)
	api.Start()
	p := serve(t, api.URL, strings.NewReplacer(
		"] } }", fmt.Sprintf(`] }, large: { targets: [%q] } }`, large.URL),
		"upstream: api }", "upstream: api }, { path: /large/, upstream: large }",
	).Replace(slowFile))
	const object = "/large/object?length&control=max-age=300"
	askUntilHit(t, p.url+"/hit")
	askUntilHit(t, p.url+object)
	large.CloseClientConnections()
	before := p.figure("go_goroutines")
	for range readers {
		c := raw(t, p.url)
		must(t, c.SetReadBuffer(4<<10))
		_, err := io.WriteString(c, "GET "+object+" HTTP/1.1\r\nHost: "+strings.TrimPrefix(p.url, "http://")+"\r\n\r\n")
		must(t, err)
		_, err = c.Read(make([]byte, 1))
		must(t, err)
	}
	took := served(t, p, 300)
	t.Logf("%d slow readers: p99 %v, %v connections to the origin, %v goroutines more",
		readers, took.at(.99), open.Load(), p.figure("go_goroutines")-before)
	if n := large.asked.Load(); n != 1 {
		t.Errorf("the origin was asked %d times for the object, want once", n)
	}
	if n := open.Load(); n > 10 {
		t.Errorf("%d connections to the origin are open, want those of the good clients alone", n)
	}
	if more := p.figure("go_goroutines") - before; more > readers+20 {
		t.Errorf("%v goroutines more for %d readers, want one each", more, readers)
	}
	if p99 := took.at(.99); p99 > 2*time.Second {
		t.Errorf("p99 of good requests is %v, want 2s at most", p99)
	}
}

// One connection too many is told so, and the others go on.
func TestTheConnectionLimit(t *testing.T) {
	const limit = 20
	api := newOrigin(t)
	p := serve(t, api.URL, strings.Replace(slowFile, "limits: { header_timeout: 500ms, request_timeout: 500ms, idle_timeout: 1s }",
		fmt.Sprintf("limits: { connections: %d, header_timeout: 10m, idle_timeout: 10m }", limit), 1))
	var held []net.Conn
	for range limit {
		held = append(held, raw(t, p.url))
	}
	within := func(c net.Conn) {
		t.Helper()
		fmt.Fprint(c, "GET /p HTTP/1.1\r\nHost: x\r\n\r\n")
		in := bufio.NewReader(c)
		response, err := http.ReadResponse(in, nil)
		must(t, err)
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != string(document("/p")) {
			t.Fatalf("a connection within the limit got %s %.80q, %v", response.Status, body, err)
		}
	}
	within(held[0])
	within(held[limit-1])
	c := raw(t, p.url)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != 503 || response.Header.Get("Retry-After") != "1" || response.Header.Get("Content-Type") != "application/problem+json" ||
		!strings.Contains(string(body), "urn:afterburner:problem:too_many_connections") || !response.Close {
		t.Errorf("one too many got %s %v %s, want a 503 that says so, Retry-After and close", response.Status, response.Header, body)
	}
	within(held[0])
	held[1].Close()
	eventually(t, "there is room again", func() bool {
		got, err := tryAsk(t.Context(), &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}, "GET", p.url+"/p", "")
		return err == nil && got.StatusCode == 200
	})
}

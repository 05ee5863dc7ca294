package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// vastSize is what is sent; the racing build is ten times slower.
func vastSize() int64 {
	if len(raceFlag) > 0 {
		return 256 << 20
	}
	return 1 << 30
}

// memory reads a line of /proc/PID/status, in bytes.
func (p *process) memory(name string) int64 {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	must(p.t, err)
	found := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		p.t.Fatalf("/proc has no %s", name)
	}
	kib, err := strconv.ParseInt(string(found[1]), 10, 64)
	must(p.t, err)
	return kib << 10
}

// grows tells by how much the process's memory grew at most while do ran.
func (p *process) grows(do func()) int64 {
	p.t.Helper()
	before := p.memory("VmRSS")
	must(p.t, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0)) // VmHWM begins anew
	do()
	return p.memory("VmHWM") - before
}

const vastFile = `
telemetry: { access_log: { format: off } }
limits: { request_body: 2GiB }
upstreams: { api: { targets: ["{API}"] } }
routes:
  - { path: /, upstream: api }
  - { path: /off/, upstream: api, cache: { mode: off } }
`

// client is one whose requests have no time limit but the test's.
func vastClient(t *testing.T) *http.Client {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10}}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// A GiB costs the gateway no memory, whichever way it goes and however it is framed.
func TestVastBodiesPassInLittleMemory(t *testing.T) {
	size, bound := vastSize(), int64(32<<20)
	if len(raceFlag) > 0 { // its bookkeeping grows, too
		bound *= 2
	}
	api := newVastOrigin(t, size)
	p := serve(t, api.URL, vastFile)
	client := vastClient(t)
	_, sum, _ := sumOf(&vast{size: size})
	download := func(uri string) func() error {
		return func() error { return vastDownload(t.Context(), client, p.url+uri, size, sum) }
	}
	upload := func(length int64) func() error {
		return func() error {
			return vastUpload(t.Context(), client, p.url+"/off/up", &vast{size: size}, length, fmt.Sprintf("%d %d %x <nil>", length, size, sum))
		}
	}
	for _, row := range []struct {
		name string
		do   func() error
	}{
		{"an upload of known length", upload(size)},
		{"an upload in chunks", upload(-1)},
		{"a download of known length", download("/off/down?length")},
		{"a download in chunks", download("/off/down")},
		{"a download that is not stored, of known length", download("/down?length&control=max-age=60")},
		{"a download that outgrows max_object as it comes", download("/down?control=max-age=60")},
	} {
		t.Run(row.name, func(t *testing.T) {
			began := time.Now()
			var err error
			grown := p.grows(func() { err = row.do() })
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d MiB in %v: RSS grew by %.1f MiB at most", size>>20, time.Since(began).Round(10*time.Millisecond), float64(grown)/(1<<20))
			if grown >= bound {
				t.Errorf("RSS grew by %d bytes, want less than %d", grown, bound)
			}
		})
	}
}

func vastDownload(ctx context.Context, client *http.Client, url string, size int64, sum uint32) error {
	r, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	n, got, err := sumOf(response.Body)
	if err != nil || n != size || got != sum {
		return fmt.Errorf("GET %s = %s, %d bytes with sum %x, %w; want %d with %x", url, response.Status, n, got, err, size, sum)
	}
	return nil
}

func vastUpload(ctx context.Context, client *http.Client, url string, body io.Reader, length int64, want string) error {
	r, err := http.NewRequestWithContext(ctx, "POST", url, struct{ io.Reader }{body})
	if err != nil {
		return err
	}
	r.ContentLength = length
	response, err := client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if string(got) != want {
		err = errors.Join(err, fmt.Errorf("the origin got %q, want %q", got, want))
	}
	return err
}

// Who does not read holds what the sockets hold and a bounded buffer: the origin
// cannot send on. When he reads, he gets the whole.
func TestASlowReaderHoldsABoundedBuffer(t *testing.T) {
	const size, sockets, own = 256 << 20, 128 << 20, 24 << 20
	api := newVastOrigin(t, size)
	p := serve(t, api.URL, vastFile)
	_, sum, _ := sumOf(&vast{size: size})
	for _, row := range []struct{ name, uri string }{
		{"passed on, of known length", "/off/slow?length"},
		{"passed on, in chunks", "/off/slow"},
		{"too large to be stored", "/slow?length&control=max-age=60"},
		{"it outgrows max_object", "/slow?control=max-age=60"},
	} {
		t.Run(row.name, func(t *testing.T) {
			client := vastClient(t)
			var response *http.Response
			grown := p.grows(func() {
				var err error
				response, err = client.Get(p.url + row.uri)
				must(t, err)
				t.Cleanup(func() { response.Body.Close() })
				stands(t, "the origin's sending", api.written.Load)
			})
			t.Logf("the origin sent %.1f MiB of %d, RSS grew by %.1f MiB", float64(api.written.Load())/(1<<20), size>>20, float64(grown)/(1<<20))
			if n := api.written.Load(); n > sockets {
				t.Errorf("the origin could send %d bytes while nobody read, want at most %d", n, int64(sockets))
			}
			if grown > own {
				t.Errorf("RSS grew by %d bytes, want at most %d", grown, int64(own))
			}
			n, got, err := sumOf(response.Body)
			if err != nil || n != size || got != sum {
				t.Errorf("then it read %d bytes with sum %x, %v; want %d with %x", n, got, err, int64(size), sum)
			}
		})
	}
}

// stands waits until a figure has not changed for a while.
func stands(t *testing.T, what string, figure func() int64) {
	t.Helper()
	const while = 500 * time.Millisecond
	last, since := figure(), time.Now()
	eventually(t, what+" stands still", func() bool {
		if now := figure(); now != last || now == 0 {
			last, since = now, time.Now()
		}
		return time.Since(since) > while
	})
}

// The same for an upload: an origin that does not read stops the client.
func TestAnOriginThatDoesNotReadStopsTheUpload(t *testing.T) {
	const size, sockets, own = 256 << 20, 128 << 20, 24 << 20
	release := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		n, sum, err := sumOf(r.Body)
		fmt.Fprintf(w, "%d %x %v", n, sum, err)
	}))
	t.Cleanup(api.Close)
	p := serve(t, api.URL, strings.Replace(vastFile, "{API}", api.URL, 1))
	body := &vast{size: size}
	var sent atomic.Int64
	done := make(chan error, 1)
	_, sum, _ := sumOf(&vast{size: size})
	client := vastClient(t)
	grown := p.grows(func() {
		go func() {
			counted := readerFunc(func(b []byte) (int, error) {
				n, err := body.Read(b)
				sent.Add(int64(n))
				return n, err
			})
			done <- vastUpload(t.Context(), client, p.url+"/off/up", counted, -1, fmt.Sprintf("%d %x <nil>", size, sum))
		}()
		stands(t, "the upload", sent.Load)
	})
	t.Logf("the client sent %.1f MiB of %d, RSS grew by %.1f MiB", float64(sent.Load())/(1<<20), size>>20, float64(grown)/(1<<20))
	if n := sent.Load(); n > sockets || grown > own {
		t.Errorf("the client could send %d bytes while nobody read, and RSS grew by %d; want at most %d and %d", n, grown, int64(sockets), int64(own))
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

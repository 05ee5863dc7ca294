package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	verifiers = 8 // keys asked for at once
	passes    = 5 // times a cache may be asked before it must have everything
)

// get fetches a URL; a status other than 200 is an error.
func get(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	// As the load does it: without, Go's client would ask for gzip.
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, response.Status)
	}
	return body, nil
}

// asked is how many requests have reached the origin at this URL.
func asked(ctx context.Context, origin string) (int64, error) {
	text, err := get(ctx, origin+"/count")
	if err != nil {
		return 0, fmt.Errorf("ask the origin for its count: %w", err)
	}
	return strconv.ParseInt(string(text), 10, 64)
}

// verify asks a contender for every key of a scenario: each answer must be 200
// with the right body. Where it should come from a cache, the origin must not
// be asked any more after some passes; otherwise each time.
func (h *house) verify(ctx context.Context, r *runner, s scenario) error {
	for range passes {
		before, err := asked(ctx, h.originURL)
		if err != nil {
			return err
		}
		if err := verifyBodies(ctx, r.url+s.path, s); err != nil {
			return fmt.Errorf("%s in %s: %w", r.name, s.name, err)
		}
		after, err := asked(ctx, h.originURL)
		if err != nil {
			return err
		}
		switch reached := after - before; {
		case !s.cached && reached != int64(s.keys):
			return fmt.Errorf("%s in %s: %d requests reached the origin, want all %d", r.name, s.name, reached, s.keys)
		case !s.cached || reached == 0:
			return nil
		}
		// Some store an answer a moment after it was delivered.
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s in %s: the cache asked the origin even in pass %d", r.name, s.name, passes)
}

func verifyBodies(ctx context.Context, base string, s scenario) error {
	want := body(s.size)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(verifiers, s.keys) {
		group.Go(func() {
			for key := next.Add(1) - 1; key < int64(s.keys) && ctx.Err() == nil; key = next.Add(1) - 1 {
				if err := verifyBody(ctx, base+strconv.FormatInt(key, 10), want); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

func verifyBody(ctx context.Context, url string, want []byte) error {
	got, err := get(ctx, url)
	switch {
	case err != nil:
		return err
	case len(got) != len(want):
		return fmt.Errorf("%s has %d bytes, want %d", url, len(got), len(want))
	case !bytes.Equal(got, want):
		return errors.New(url + " has a body other than the origin's")
	}
	return nil
}

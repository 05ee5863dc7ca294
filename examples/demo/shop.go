package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// shop is the slow API with the gateway before it.
type shop struct {
	api, gateway              *process
	apiURL, gatewayURL, admin string
}

// open starts both on free ports and waits until they are ready. What has
// started when it fails is in the shop that it returns, for close.
func open(ctx context.Context, opts options) (*shop, error) {
	s := &shop{}
	var err error
	s.api, err = start(opts.slowAPI, nil, "-listen", "127.0.0.1:0",
		"-seed", fmt.Sprint(opts.seed), "-products", fmt.Sprint(products))
	if err != nil {
		return s, err
	}
	if s.apiURL, err = s.api.address(ctx, "listening on"); err != nil {
		return s, err
	}
	s.gateway, err = start(opts.gateway, []string{"SLOW_API=" + strings.TrimPrefix(s.apiURL, "http://")},
		"serve", "--config", opts.config, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	if err != nil {
		return s, err
	}
	if s.gatewayURL, err = s.gateway.address(ctx, "listening on"); err != nil {
		return s, err
	}
	if s.admin, err = s.gateway.address(ctx, "admin on"); err != nil {
		return s, err
	}
	return s, ready(ctx, s.admin+"/readyz")
}

// ready asks until the answer is 200.
func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, fmt.Errorf("%s was not ready within %v", url, startTime))
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if status, err := get(ctx, url, io.Discard); err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// reached is how many requests have reached the API since it started.
func (s *shop) reached(ctx context.Context) (int64, error) {
	var body strings.Builder
	if _, err := get(ctx, s.apiURL+"/stats", &body); err != nil {
		return 0, fmt.Errorf("ask the API for its count: %w", err)
	}
	var stats struct {
		Requests int64 `json:"requests"`
	}
	if err := json.Unmarshal([]byte(body.String()), &stats); err != nil {
		return 0, fmt.Errorf("read the API's count: %w", err)
	}
	return stats.Requests, nil
}

func get(ctx context.Context, url string, into io.Writer) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(into, res.Body)
	return res.StatusCode, err
}

// close ends both, the gateway first.
func (s *shop) close() {
	s.gateway.stop()
	s.api.stop()
}

// invite says what to try while both run.
func (s *shop) invite(w io.Writer) {
	fmt.Fprintf(w, `
Both are still running; Ctrl-C ends them. Try:
  curl -i %[1]s/products/4999                  # Cache-Status says where it came from
  curl -i --compressed %[1]s/rankings/3        # coded; the API itself never does it
  curl -i -H 'Authorization: Bearer user-7' %[1]s/me   # personal: always asks the API
  curl -s %[1]s/batch -H 'Content-Type: application/json' -d '{"requests":[
      {"id":"a","method":"GET","url":"/products/1"},{"id":"b","method":"GET","url":"/categories"}]}'
  curl -i %[2]s/products/4999                  # the API directly
  curl -s %[3]s/metrics                        # what the gateway saved
`, s.gatewayURL, s.apiURL, s.admin)
}

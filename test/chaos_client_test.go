package test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// hung is how long no answer may take, however busy the machine is.
const hung = 60 * time.Second

// A caller is one client. It does what chance says until its time is over.
type caller struct {
	run    *chaosRun
	name   string
	asked  int
	dice   *rand.Rand
	client *http.Client
}

func newCaller(run *chaosRun, n int) *caller {
	dice := rand.New(rand.NewPCG(run.seed, 1<<32+uint64(n)))
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1, ExpectContinueTimeout: time.Second}
	return &caller{run: run, name: fmt.Sprintf("k%d", n), dice: dice, client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

func (c *caller) work(ctx context.Context) {
	defer c.client.CloseIdleConnections()
	acts := []func() error{
		c.get, c.get, c.get, c.get, c.get, c.head, c.post, c.post, c.old, c.pipeline, c.batch, c.leave, c.halfUpload,
	}
	for ctx.Err() == nil {
		if err := acts[c.dice.IntN(len(acts))](); err != nil {
			c.run.report(fmt.Errorf("client %s, request %d: %w", c.name, c.asked, err))
		}
	}
}

// target is a shared one that may be stored, or one that is asked for once.
func (c *caller) target() (path, id string) {
	c.asked++
	if c.dice.IntN(2) == 0 {
		id = fmt.Sprintf("s%d", c.dice.IntN(200))
		return "/shared/" + id, id
	}
	id = fmt.Sprintf("%s.%d", c.name, c.asked)
	return "/alone/" + id, id
}

func (c *caller) get() error {
	path, id := c.target()
	return c.exchange("GET", path, id, nil)
}

func (c *caller) head() error {
	path, id := c.target()
	return c.exchange("HEAD", path, id, nil)
}

// post sends a body of known or unknown length, and sometimes asks before it does.
func (c *caller) post() error {
	path, id := c.target()
	var body io.Reader = bytes.NewReader(newSpecimen(id, c.dice.IntN(60<<10), c.dice))
	if c.dice.IntN(2) == 0 {
		body = struct{ io.Reader }{body}
	}
	return c.exchange("POST", path, id, body)
}

// exchange asks and reads the answer, some of it, or as it is coded.
func (c *caller) exchange(method, path, id string, body io.Reader) error {
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.run.url+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("X-Flavour", fmt.Sprint(c.dice.IntN(2)))
	if c.dice.IntN(3) == 0 {
		r.Header.Set("Accept-Encoding", []string{"gzip", "zstd", "br", "gzip, zstd, br"}[c.dice.IntN(4)])
	}
	if body != nil && c.dice.IntN(4) == 0 {
		r.Header.Set("Expect", "100-continue")
	}
	response, err := c.client.Do(r)
	if err != nil {
		return c.broken(ctx, nil, id, "")
	}
	defer response.Body.Close()
	return c.read(ctx, response, id)
}

// read takes an answer in and judges it.
func (c *caller) read(ctx context.Context, response *http.Response, id string) error {
	body, err := io.ReadAll(response.Body)
	bodiless := response.Request != nil && response.Request.Method == "HEAD" || response.StatusCode == 204
	if isProblem(response.Header.Get("Content-Type")) {
		c.run.did("refused")
		if err != nil || bodiless {
			return err
		}
		return checkProblem(body)
	}
	if got := response.Header.Get("X-Id"); got != id {
		return fmt.Errorf("asked for %s and got the head of %q, %s", id, got, response.Status)
	}
	coding := response.Header.Get("Content-Encoding")
	if err != nil {
		return c.broken(ctx, body, id, coding)
	}
	c.run.did("whole")
	if got := response.Trailer.Get("X-Trailer"); got != "" && got != id {
		return fmt.Errorf("asked for %s and got the trailer of %q", id, got)
	}
	if bodiless {
		return nil
	}
	if coding != "" {
		c.run.did("coded")
		text, err := decoded(&result{body: body, response: response})
		if err != nil {
			return fmt.Errorf("asked for %s: an answer that looks whole: %w", id, err)
		}
		body = []byte(text)
	}
	if err := checkWhole(id, body); err != nil {
		return fmt.Errorf("asked for %s, got %s %v: %w", id, response.Status, response.Header, err)
	}
	return nil
}

// broken judges what came of an answer that broke off.
func (c *caller) broken(ctx context.Context, part []byte, id, coding string) error {
	c.run.did("broken")
	if ctx.Err() != nil {
		return fmt.Errorf("asked for %s: no end of an answer after %v", id, hung)
	}
	if coding != "" {
		return nil
	}
	return checkPart(id, part)
}

// batch asks for several in one.
func (c *caller) batch() error {
	ids, items := map[string]string{}, []string{}
	for n := range 1 + c.dice.IntN(8) {
		path, id := c.target()
		ids[fmt.Sprint(n)] = id
		items = append(items, fmt.Sprintf(`{"id":"%d","url":%q}`, n, path))
	}
	ctx, cancel := context.WithTimeout(context.Background(), hung)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", c.run.url+"/batch", strings.NewReader(`{"requests":[`+strings.Join(items, ",")+`]}`))
	if err != nil {
		return err
	}
	response, err := c.client.Do(r)
	if err != nil {
		return fmt.Errorf("a batch: %w", err)
	}
	defer response.Body.Close()
	var got struct {
		Responses []struct {
			ID      string
			Status  int
			Headers struct {
				ID   string `json:"X-Id"`
				Type string `json:"Content-Type"`
			}
			Body json.RawMessage
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || len(got.Responses) != len(ids) {
		return fmt.Errorf("a batch of %d has %d answers: %w", len(ids), len(got.Responses), err)
	}
	for _, item := range got.Responses {
		c.run.did("items")
		id := ids[item.ID]
		var err error
		switch {
		case isProblem(item.Headers.Type):
			err = checkProblem(item.Body)
		case item.Headers.ID != id:
			err = fmt.Errorf("the head of %q", item.Headers.ID)
		case item.Status != 204:
			err = checkWhole(id, item.Body)
		}
		if err != nil {
			return fmt.Errorf("item %s: %w", id, err)
		}
	}
	return nil
}

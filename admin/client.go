package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// A Client asks the admin API of a gateway that runs.
//
//	client := admin.Client{URL: "http://127.0.0.1:9901", Token: token}
//	result, err := client.Purge(ctx, admin.Purge{Tag: "product:7"})
//
// Its errors are sentences for the operator, with the remedy; none holds the token.
type Client struct {
	// URL of the admin listener, http://host:port.
	URL string
	// Token is sent as "Authorization: Bearer TOKEN"; empty: none is sent.
	Token string
	// HTTP sends the requests; nil: a client that waits up to 35 s.
	HTTP *http.Client
}

const (
	// clientWaits is longer than the API takes for an answer.
	clientWaits = answerWithin + answerWithin/6
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 64 << 10
	// maxDetail bounds what is shown of it, in characters.
	maxDetail = 500
)

// Purge removes what p names from the gateway's cache.
func (c *Client) Purge(ctx context.Context, p Purge) (PurgeResult, error) {
	for _, text := range []string{p.URL, p.Prefix, p.Tag} {
		if !utf8.ValidString(text) { // JSON would carry another text
			return PurgeResult{}, fmt.Errorf("purge %q: it is not UTF-8; percent-encode what is not", text)
		}
	}
	body, err := json.Marshal(p)
	if err != nil { // strings and flags cannot fail
		return PurgeResult{}, fmt.Errorf("write the purge as JSON: %w", err)
	}
	base, err := c.base()
	if err != nil {
		return PurgeResult{}, err
	}
	if strings.ContainsFunc(c.Token, unicode.IsControl) {
		return PurgeResult{}, errors.New("the admin token has a line break or another control character in it; check --token or AFTERBURNER_ADMIN_TOKEN")
	}
	var done purged
	if err := c.post(ctx, base.JoinPath("/api/purge"), body, &done); err != nil {
		return PurgeResult{}, fmt.Errorf("purge at %s: %w", base, err)
	}
	if !done.Purged {
		return PurgeResult{}, fmt.Errorf("purge at %s: %w", base, notAdmin("200 OK"))
	}
	return PurgeResult{Count: done.Count}, nil
}

// base takes no user info: a password in it would stand in every error.
func (c *Client) base() (*url.URL, error) {
	u, err := url.Parse(c.URL)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return u, nil
	}
	const want = "is not the URL of an admin listener; write http://host:port, like http://127.0.0.1:9901"
	if strings.Contains(c.URL, "@") {
		return nil, errors.New("the admin URL with an @ " + want)
	}
	return nil, fmt.Errorf("%q %s", c.URL, want)
}

// post sends a change and reads its answer.
func (c *Client) post(ctx context.Context, to *url.URL, body []byte, answer any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	resp, err := c.client().Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", unreachable(err))
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		return c.refusal(resp, data)
	}
	if !isType(resp, "application/json") || json.Unmarshal(data, answer) != nil {
		return notAdmin(resp.Status)
	}
	return nil
}

// client follows no redirect: it would turn the change into a read that succeeds.
func (c *Client) client() *http.Client {
	h := http.Client{Timeout: clientWaits}
	if c.HTTP != nil {
		h = *c.HTTP
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

// refusal says what the API said, or that it was none.
func (c *Client) refusal(resp *http.Response, data []byte) error {
	var said struct{ Type, Detail string }
	ours := isType(resp, "application/problem+json") && json.Unmarshal(data, &said) == nil &&
		strings.HasPrefix(said.Type, problemType)
	switch {
	case !ours, resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusMethodNotAllowed:
		return notAdmin(resp.Status)
	case resp.StatusCode == http.StatusUnauthorized && c.Token == "":
		return errors.New("the gateway asks for its admin token; give it with --token or AFTERBURNER_ADMIN_TOKEN")
	case resp.StatusCode == http.StatusUnauthorized:
		return errors.New("the gateway does not take this admin token; set --token or AFTERBURNER_ADMIN_TOKEN to its admin.token")
	}
	return fmt.Errorf("refused (%d): %s", resp.StatusCode, printable(said.Detail))
}

func notAdmin(status string) error {
	return fmt.Errorf("it answered %s, but not as an admin listener does; give the address of the gateway's with --admin", printable(status))
}

// unreachable is why no answer came, without the URL, which the caller names.
func unreachable(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	var lookup *net.DNSError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("connection refused; is the gateway running there? Start it with afterburner serve, or give its admin address with --admin")
	case errors.As(err, &lookup):
		return fmt.Errorf("cannot look up %s: %s; check --admin", lookup.Name, lookup.Err)
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer came in time; check --admin and whether the gateway is healthy")
	}
	return fmt.Errorf("%w; check --admin and whether the gateway is healthy", err)
}

func isType(resp *http.Response, want string) bool {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && kind == want
}

// printable keeps what another process said from driving the terminal.
func printable(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\ufffd"))
	if len(runes) > maxDetail {
		runes = append(runes[:maxDetail], '…')
	}
	for i, r := range runes {
		if !unicode.IsPrint(r) {
			runes[i] = ' '
		}
	}
	return string(runes)
}

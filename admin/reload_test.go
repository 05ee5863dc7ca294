package admin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
)

const typedReload = "POST /api/reload\nContent-Type: application/json"

func fault(message, severity string) Fault {
	return Fault{File: "a.yaml", Line: 5, Column: 19, Path: "routes[0].cache.ttl", Message: message, Severity: severity}
}

func faultText(message, severity string) string {
	return fmt.Sprintf(`{"file":"a.yaml","line":5,"column":19,"path":"routes[0].cache.ttl","message":"%s","severity":"%s"}`, message, severity)
}

func TestWhatTheGatewaySaysOfAReload(t *testing.T) {
	invalid := func(detail, faults string) string {
		return "422\nContent-Type: application/problem+json\n\n" +
			`{"type":"urn:afterburner:problem:invalid_configuration","title":"Invalid configuration","status":422,"detail":"` +
			detail + `","faults":[` + faults + "]}\n"
	}
	noUnit, warning := fault("x has no unit.", SeverityError), fault("unused", SeverityWarning)
	nothing := Fault{File: "a.yaml", Line: 1, Column: 1, Message: "there is no such file", Severity: SeverityError}
	failed := problemText(500, "", "reload_failed", "Reload failed", "The reload failed; the gateway's log says why.")
	rows := []struct {
		name    string
		gateway gateway
		want    string
	}{
		{"taken over", gateway{reloaded: ReloadResult{Hash: "abc"}},
			"200\nContent-Type: application/json\n\n" + `{"reloaded":true,"hash":"abc","warnings":[]}` + "\n"},
		{"with a warning", gateway{reloaded: ReloadResult{"abc", []Fault{warning}}},
			"200\nContent-Type: application/json\n\n" + `{"reloaded":true,"hash":"abc","warnings":[` + faultText("unused", "warning") + "]}\n"},
		{"an error and a warning", gateway{err: &InvalidConfig{[]Fault{warning, noUnit}}},
			invalid("The configuration has an error: routes[0].cache.ttl: x has no unit. The running configuration stays.",
				faultText("unused", "warning")+","+faultText("x has no unit.", "error"))},
		{"two errors, wrapped", gateway{err: fmt.Errorf("reload: %w", &InvalidConfig{[]Fault{nothing, noUnit}})},
			invalid("The configuration has 2 errors; the first: there is no such file. The running configuration stays.",
				`{"file":"a.yaml","line":1,"column":1,"path":"","message":"there is no such file","severity":"error"},`+faultText("x has no unit.", "error"))},
		{"no fault is told", gateway{err: &InvalidConfig{}},
			invalid("The configuration is invalid. The running configuration stays.", "")},
		{"a refusal", gateway{err: &Refusal{409, "There is no file: the gateway was started with --upstream."}},
			problemText(409, "", "reload_refused", "Reload refused", "There is no file: the gateway was started with --upstream.")},
		{"a refusal that is no error status", gateway{err: &Refusal{200, "x"}}, failed},
		{"an error", gateway{err: errors.New("inner secret")}, failed},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h := New(Options{Gateway: &row.gateway, Metrics: metrics()})
			if got := answer(h, request(t, typedReload)); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
			if row.gateway.reloads != 1 {
				t.Errorf("reloads = %d", row.gateway.reloads)
			}
		})
	}
}

func TestReloadFailuresAreLoggedNotTold(t *testing.T) {
	var log bytes.Buffer
	h := New(Options{Gateway: &gateway{err: errors.New("inner")}, Metrics: metrics(), Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	answer(h, request(t, typedReload))
	if !bytes.Contains(log.Bytes(), []byte(`"level":"ERROR","msg":"reload failed","error":"inner"}`)) {
		t.Errorf("log = %s", &log)
	}
}

func TestTheBodyOfAReload(t *testing.T) {
	done := "200\nContent-Type: application/json\n\n" + `{"reloaded":true,"hash":"","warnings":[]}` + "\n"
	options := problemText(400, "", "invalid_reload", "Invalid reload", "A reload has no options: send no body, or {}.")
	rows := []struct{ name, request, want string }{
		{"nothing", typedReload, done},
		{"an empty object", typedReload + "\n\n { }\n", done},
		{"no Content-Type", "POST /api/reload", problemText(415, "Accept: application/json\n", "unsupported_media_type",
			"Unsupported media type", "Send the reload with Content-Type: application/json.")},
		{"an option that it does not have", typedReload + "\n\n" + `{"file":"b.yaml"}`, options},
		{"null", typedReload + "\n\nnull", options},
		{"a list", typedReload + "\n\n[]", options},
		{"half an object", typedReload + "\n\n{", options},
		{"trailing data", typedReload + "\n\n{}{}", options},
		{"a large one", typedReload + "\n\n{" + fmt.Sprintf("%100s", "}"), options},
		{"a read", "GET /api/reload", problemText(405, "Allow: POST\n", "method_not_allowed", "Method not allowed", "/api/reload takes POST.")},
		{"a page of another site", typedReload + "\nSec-Fetch-Site: cross-site",
			problemText(403, "", "cross_site", "Forbidden", "The admin API takes no changes from pages of other sites.")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := &gateway{}
			h := New(Options{Gateway: g, Metrics: metrics()})
			if got := answer(h, request(t, row.request)); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
			if reloaded := g.reloads > 0; reloaded != (row.want == done) {
				t.Errorf("reloads = %d", g.reloads)
			}
		})
	}
	t.Run("a body that breaks off", func(t *testing.T) {
		r := request(t, typedReload)
		r.Body = io.NopCloser(broken{})
		want := problemText(400, "", "invalid_reload", "Invalid reload", "The body did not arrive whole.")
		if got := answer(New(Options{Gateway: &gateway{}, Metrics: metrics()}), r); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestInvalidConfigSaysWhere(t *testing.T) {
	err := &InvalidConfig{[]Fault{fault("unused", SeverityWarning), fault("x has no unit", SeverityError), fault("y", SeverityError)}}
	if got, want := err.Error(), "the configuration has 2 errors; the first: routes[0].cache.ttl: x has no unit"; got != want {
		t.Errorf("Error = %s, want %s", got, want)
	}
}

package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

func TestFlags(t *testing.T) {
	got, err := parse(strings.Fields("-gateway g -rounds 7 -duration 2s -scenario pass -only nginx -profile p -json"), io.Discard)
	want := options{"g", 7, 2 * time.Second, "pass", "nginx", "p", true}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

// Every fault is found before anything is started.
func TestFaultsOfFlags(t *testing.T) {
	for flags, want := range map[string]string{
		"-rounds 0":            "-rounds 0: want at least 1",
		"-duration 1500ms":     "-duration 1.5s: want whole seconds, at least 1s",
		"-duration 0s":         "-duration 0s: want whole seconds, at least 1s",
		"pass":                 `unexpected argument "pass"`,
		"-scenario hit":        `-scenario: "hit" is not one of all, pass, hit1k, hit10k, hit64k`,
		"-scenario hit1k,":     `-scenario: "" is not one of all, pass, hit1k, hit10k, hit64k`,
		"-only nginx,squid":    `-only: "squid" is not one of all, afterburner, nginx, haproxy, varnish`,
		"-gateway x -only zip": `-only: "zip" is not one of all, afterburner, nginx, haproxy, varnish`,
	} {
		err := run(t.Context(), strings.Fields(flags), io.Discard, io.Discard)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", flags, err, want)
		}
	}
}

// The harness ends its origin by a signal, which ends the context.
func TestTheOriginEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"origin", "127.0.0.1:0"}, io.Discard, io.Discard) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := run(t.Context(), []string{"origin", "nowhere"}, io.Discard, io.Discard); err == nil {
		t.Error("an origin without a port started, want an error")
	}
}

func TestChoose(t *testing.T) {
	for list, want := range map[string]string{
		"all":          "pass hit1k hit10k hit64k",
		"hit1k":        "hit1k",
		"hit64k,pass":  "pass hit64k",
		"hit1k,hit10k": "hit1k hit10k",
	} {
		chosen, err := choose(scenarios(), func(s scenario) string { return s.name }, list)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range chosen {
			names = append(names, s.name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", list, got, want)
		}
	}
}

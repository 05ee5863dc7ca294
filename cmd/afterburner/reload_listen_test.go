package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// byFile starts the gateway on the addresses of its file alone: flags would beat it.
func byFile(t *testing.T, file string) *process {
	t.Helper()
	p := launch(t, map[string]string{"afterburner.yaml": file}, "serve")
	p.started()
	return p
}

// on is a file with these addresses. 127.0.0.1:0 and localhost:0 are different
// to the gateway, and each is a free port.
func on(api, listen, admin string) string {
	return versioned(api, listen, `listen: "`+listen+`"
admin: `+admin+`
drain: { delay: 1s, timeout: 1h }`)
}

const anyAdmin = `{ listen: "127.0.0.1:0" }`

// A changed listen: the new one serves before the old one leaves, and the old
// one leaves as at the end of the process.
func TestReloadToAnotherListener(t *testing.T) {
	api := newOrigin(t)
	p := byFile(t, on(api.URL, "127.0.0.1:0", anyAdmin))
	old := p.url
	held := inBackground(t, old+"/held")
	<-api.reached
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	if got := askBy(t, client, "GET", old+"/x", ""); got.Close {
		t.Error("Connection: close before the reload")
	}
	p.write("afterburner.yaml", on(api.URL, "localhost:0", anyAdmin))
	p.url = p.await(p.stderr, `(?s)listening on .*\nlistening on (http://\S+)\n`)
	if v := p.version(); v != "localhost:0" {
		t.Errorf("the new listener answers with version %q", v)
	}
	if got, err := tryAsk(t.Context(), client, "GET", old+"/x", ""); err != nil || got.StatusCode != 200 || !got.Close {
		t.Errorf("the old listener within drain.delay: %v, %v; want 200 with Connection: close", got.Response, err)
	}
	eventually(t, "the old listener is closed", func() bool { return !takes(old) })
	close(api.release)
	if got := <-held; got.body != string(document("/held")) {
		t.Errorf("the request that ran on the old listener got %.60q, want the whole document", got.body)
	}
	if v := p.version(); v != "localhost:0" {
		t.Errorf("the new listener answers with version %q", v)
	}
	if got := ask(t, "GET", p.admin+"/api/status", "").body; !strings.Contains(got, strings.TrimPrefix(p.url, "http://")) {
		t.Errorf("the status does not show the new address %s: %s", p.url, got)
	}
}

// Who goes back before the old listener has left finds its port taken by
// himself: that is no fault.
func TestReloadBackToAListenerThatLeaves(t *testing.T) {
	api := newOrigin(t)
	p := byFile(t, on(api.URL, "127.0.0.1:0", anyAdmin))
	first := p.url
	for i, address := range []string{"localhost:0", "127.0.0.1:0"} {
		p.write("afterburner.yaml", on(api.URL, address, anyAdmin))
		if got := p.reload(); got.StatusCode != 200 {
			t.Fatalf("reload %d = %s %s", i, got.Status, got.body)
		}
	}
	p.url = p.await(p.stderr, `(?s)listening on .*\nlistening on .*\nlistening on (http://\S+)\n`)
	if p.url != first {
		t.Errorf("it listens on %s, want %s again", p.url, first)
	}
	// The first server's time is over when it closes its connections no longer.
	eventually(t, "the old server has left", func() bool {
		got, err := tryAsk(t.Context(), http.DefaultClient, "GET", p.url+"/x", "")
		return err == nil && !got.Close
	})
	if v := p.version(); v != "127.0.0.1:0" {
		t.Errorf("version %q answers", v)
	}
}

func TestReloadToAnOccupiedListener(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	api := newOrigin(t)
	address := taken.Addr().String()
	good := versioned(api.URL, "good", `listen: "127.0.0.1:0"
admin: `+anyAdmin)
	for name, bad := range map[string]string{
		"--listen": strings.Replace(good, "127.0.0.1:0", address, 1),
		"--admin":  strings.Replace(good, anyAdmin, `{ listen: "`+address+`" }`, 1),
	} {
		p := byFile(t, good)
		p.write("afterburner.yaml", bad)
		p.await(p.stderr, saidNotReloaded)
		why := "listen on " + address + ": bind: address already in use; free the port or choose another with " + name
		if got := p.reload(); got.StatusCode != 409 || !strings.Contains(got.body, why) {
			t.Errorf("POST /api/reload = %s %s, want 409: %s", got.Status, got.body, why)
		}
		if try := p.lastTry(); try == nil || try.OK || try.Error != why {
			t.Errorf("last_try is %+v, want %s", try, why)
		}
		p.successful("0")
		if v := p.version(); v != "good" {
			t.Errorf("version %q answers, want the one before", v)
		}
		p.kill()
	}
}

func TestReloadToAnotherAdminListener(t *testing.T) {
	api := newOrigin(t)
	p := byFile(t, on(api.URL, "127.0.0.1:0", anyAdmin))
	old := p.admin
	// From here on the watch needs some time after a change: it was there at the start.
	p.write("afterburner.yaml", on(api.URL, "127.0.0.1:0", anyAdmin)+"# changed\n")
	p.await(p.stderr, saidReloaded)
	p.write("afterburner.yaml", on(api.URL, "127.0.0.1:0", `{ listen: "localhost:0", token: secret }`))
	// The reload that moves the listener is answered on the old one.
	if got := p.reload(); got.StatusCode != 200 {
		t.Errorf("POST /api/reload = %s %s, want 200", got.Status, got.body)
	}
	p.admin = p.await(p.stderr, `(?s)admin on .*\nadmin on (http://\S+)\n`)
	eventually(t, "the old admin listener is closed", func() bool { return !takes(old) })
	if got := ask(t, "GET", p.admin+"/metrics", ""); got.StatusCode != 401 {
		t.Errorf("GET /metrics without the token = %s, want 401", got.Status)
	}
	if got := ask(t, "GET", p.admin+"/metrics", "", "Authorization", "Bearer secret"); got.StatusCode != 200 {
		t.Errorf("GET /metrics with the token = %s, want 200", got.Status)
	}
}

func TestReloadToAnotherToken(t *testing.T) {
	api := newOrigin(t)
	p := byFile(t, on(api.URL, "127.0.0.1:0", `{ listen: "127.0.0.1:0", token: one }`))
	status := func(token string) int {
		return ask(t, "GET", p.admin+"/metrics", "", "Authorization", "Bearer "+token).StatusCode
	}
	if status("one") != 200 || status("two") != 401 {
		t.Fatal("the first token does not hold")
	}
	p.write("afterburner.yaml", on(api.URL, "127.0.0.1:0", `{ listen: "127.0.0.1:0", token: two }`))
	eventually(t, "the second token holds", func() bool { return status("two") == 200 })
	if got := status("one"); got != 401 {
		t.Errorf("the first token gets %d, want 401", got)
	}
	if strings.Contains(ask(t, "GET", p.admin+"/api/status", "", "Authorization", "Bearer two").body, "two") {
		t.Error("the status shows the token")
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/afterburner-gateway/afterburner/admin"
)

// purged is a gateway that keeps what it is asked to purge.
type purged struct {
	purges []admin.Purge
	count  int64
	err    error
}

func (g *purged) Ready() error { return nil }

func (g *purged) Purge(_ context.Context, p admin.Purge) (admin.PurgeResult, error) {
	g.purges = append(g.purges, p)
	return admin.PurgeResult{Count: g.count}, g.err
}

func (g *purged) Reload(context.Context) (admin.ReloadResult, error) {
	return admin.ReloadResult{}, errors.New("not asked for")
}

func (g *purged) Status(context.Context) admin.Status { return admin.Status{} }

// adminAPI is the real admin handler before g.
func adminAPI(t *testing.T, token string, g *purged) string {
	t.Helper()
	server := httptest.NewServer(admin.New(admin.Options{Token: token, Gateway: g, Metrics: http.NotFoundHandler()}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestPurgeCommand(t *testing.T) {
	for _, row := range []struct {
		name    string
		args    []string
		gateway purged
		asked   admin.Purge
		out     string
	}{
		{"a path", []string{"--url", "/products/1"}, purged{}, admin.Purge{URL: "/products/1"}, "purged url /products/1\n"},
		{"an absolute url", []string{"--url=https://a.example/?b=c"}, purged{}, admin.Purge{URL: "https://a.example/?b=c"}, "purged url https://a.example/?b=c\n"},
		{"a prefix", []string{"--prefix", "/p"}, purged{count: 1}, admin.Purge{Prefix: "/p"}, "purged prefix /p: 1 answer\n"},
		{"a tag, softly", []string{"--soft", "--tag", "t:1"}, purged{count: 3}, admin.Purge{Tag: "t:1", Soft: true}, "purged tag t:1 softly: 3 answers\n"},
		{"all", []string{"--all"}, purged{}, admin.Purge{All: true}, "purged all\n"},
		{"a url and not all", []string{"--url", "/a", "--all=false"}, purged{}, admin.Purge{URL: "/a"}, "purged url /a\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out, stderr bytes.Buffer
			err := run(t.Context(), append([]string{"purge", "--admin", adminAPI(t, "", &row.gateway)}, row.args...), &out, &stderr)
			if err != nil || out.String() != row.out || stderr.String() != "" {
				t.Errorf("purge = %v, standard output %q, want %q; standard error %q", err, &out, row.out, &stderr)
			}
			if !reflect.DeepEqual(row.gateway.purges, []admin.Purge{row.asked}) {
				t.Errorf("asked %+v, want %+v", row.gateway.purges, row.asked)
			}
		})
	}
}

// Each ends in exit code 1 with one line, and no other output.
func TestPurgeCommandFailures(t *testing.T) {
	const nothing = "nothing is named to be purged; give one of --url, --prefix, --tag and --all"
	for _, row := range []struct {
		name, token string
		args        []string
		want        string
	}{
		{"nothing named", "", nil, nothing},
		{"soft alone", "", []string{"--soft"}, nothing},
		{"all is false", "", []string{"--all=false"}, nothing},
		{"two selectors", "", []string{"--url", "/a", "--all"}, "--url and --all exclude each other; give one of them"},
		{"four selectors", "", []string{"--all", "--tag", "t", "--prefix", "/", "--url", "/a"},
			"--url and --prefix and --tag and --all exclude each other; give one of them"},
		{"a variable that is not set", "", []string{"--url", ""}, "--url is empty; to remove every answer, write --all"},
		{"no token", "s3cret", []string{"--all"},
			"purge at URL: the gateway asks for its admin token; give it with --token or AFTERBURNER_ADMIN_TOKEN"},
		{"another token", "s3cret", []string{"--all", "--token", "gue55"},
			"purge at URL: the gateway does not take this admin token; set --token or AFTERBURNER_ADMIN_TOKEN to its admin.token"},
		{"what the gateway refuses", "", []string{"--tag", "t"}, "purge at URL: refused (400): No tags here."},
		{"not an admin URL", "", []string{"--all", "--admin", "localhost:9901"},
			`"localhost:9901" is not the URL of an admin listener; write http://host:port, like http://127.0.0.1:9901`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv(tokenVariable, "")
			url := adminAPI(t, row.token, &purged{err: &admin.Refusal{Status: 400, Detail: "No tags here."}})
			var out, stderr bytes.Buffer
			code := exitCode(run(t.Context(), append([]string{"purge", "--admin", url}, row.args...), &out, &stderr), &stderr)
			got := strings.ReplaceAll(stderr.String(), url, "URL")
			if want := "afterburner: " + row.want + "\n"; code != 1 || got != want || out.String() != "" {
				t.Errorf("exit code %d, standard output %q, standard error\n%s\nwant\n%s", code, &out, got, want)
			}
		})
	}
}

func TestPurgeTakesItsTokenFromFlagOrEnvironment(t *testing.T) {
	for _, row := range []struct{ name, variable, flag string }{
		{"the variable", "s3cret", ""},
		{"the flag", "", "s3cret"},
		{"the flag beats the variable", "another", "s3cret"},
		{"a line break at the end of the variable", "s3cret\n", ""},
	} {
		t.Setenv(tokenVariable, row.variable)
		g := &purged{}
		var out, stderr bytes.Buffer
		err := run(t.Context(), []string{"purge", "--all", "--admin", adminAPI(t, "s3cret", g), "--token", row.flag}, &out, &stderr)
		if err != nil || len(g.purges) != 1 {
			t.Errorf("%s: purge = %v, purges = %v", row.name, err, g.purges)
		}
	}
}

func TestTheTokenIsNotEchoed(t *testing.T) {
	t.Setenv(tokenVariable, "s3cret")
	var out bytes.Buffer
	for _, args := range [][]string{
		{"purge", "--help"},
		{"purge", "--all", "--admin", adminAPI(t, "another", &purged{})},
		{"purge", "--all", "--admin", "http://127.0.0.1:1"},
		{"purge", "--all", "--admin", "http://me:s3cret@127.0.0.1:1"},
		{"purge", "--all", "--token", "s3cret\x00"},
		{"purge", "--token", "s3cret", "--nothing"},
	} {
		exitCode(run(t.Context(), args, &out, &out), &out)
	}
	if strings.Contains(out.String(), "s3cret") {
		t.Errorf("the token stands in an output:\n%s", &out)
	}
}

func TestProgress(t *testing.T) {
	for _, row := range []struct {
		name  string
		takes time.Duration
		want  string
	}{
		{"a short purge shows nothing", 999 * time.Millisecond, ""},
		{"a long one counts and wipes its line", 2500 * time.Millisecond, "\rpurging… 1s\rpurging… 2s\r\x1b[K"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var shown bytes.Buffer
			stop := showProgress(&shown, "purging…")
			time.Sleep(row.takes)
			stop()
			if shown.String() != row.want {
				t.Errorf("%s: %q, want %q", row.name, &shown, row.want)
			}
		})
	}
}

// The command, the admin API and the gateway speak the same language.
func TestPurgeCommandAgainstTheGateway(t *testing.T) {
	p := serve(t, newOrigin(t).URL, everything)
	askUntilHit(t, p.url+"/products/1")
	var out, stderr bytes.Buffer
	if err := run(t.Context(), []string{"purge", "--url", "/products/1", "--admin", p.admin}, &out, &stderr); err != nil {
		t.Fatalf("purge = %v", err)
	}
	if out.String() != "purged url /products/1\n" {
		t.Errorf("standard output %q", &out)
	}
	got := ask(t, "GET", p.url+"/products/1", "").Header.Get("Cache-Status")
	if !strings.HasPrefix(got, "afterburner; fwd=") {
		t.Errorf("after the purge, Cache-Status: %s", got)
	}
}

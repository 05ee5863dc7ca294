package admin

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

// adminOf is a real admin API before a gateway.
func adminOf(t *testing.T, token string, g *gateway) string {
	t.Helper()
	server := httptest.NewServer(New(Options{Token: token, Gateway: g, Metrics: metrics()}))
	t.Cleanup(server.Close)
	return server.URL
}

// text of an error with the server's address as URL; empty for nil.
func text(err error, url string) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), url, "URL")
}

func TestTheClientsPurgesArrive(t *testing.T) {
	for _, p := range []Purge{
		{URL: "/products/7?a=b&c=<d>"}, {URL: "https://api.example.com/p"}, {Prefix: "/products/"},
		{Tag: "prodüct:7"}, {All: true}, {All: true, Soft: true},
	} {
		g := &gateway{result: PurgeResult{Count: 3}}
		client := Client{URL: adminOf(t, "s3cret", g), Token: "s3cret"}
		result, err := client.Purge(t.Context(), p)
		if err != nil || result.Count != 3 || !reflect.DeepEqual(g.purges, []Purge{p}) {
			t.Errorf("Purge(%+v) = %+v, %v; purges = %+v", p, result, err, g.purges)
		}
	}
}

func TestAnAdminURLMayEndInASlash(t *testing.T) {
	client := Client{URL: adminOf(t, "", &gateway{}) + "/", HTTP: &http.Client{}}
	if _, err := client.Purge(t.Context(), Purge{All: true}); err != nil {
		t.Error(err)
	}
}

func TestWhatTheAPIRefusesIsTold(t *testing.T) {
	const at = "purge at URL: "
	refusing := func(detail string) *gateway { return &gateway{err: &Refusal{400, detail}} }
	for _, row := range []struct {
		name, token, given string
		gateway            *gateway
		purge              Purge
		want               string
	}{
		{"no token", "s3cret", "", &gateway{}, Purge{All: true},
			at + "the gateway asks for its admin token; give it with --token or AFTERBURNER_ADMIN_TOKEN"},
		{"another token", "s3cret", "gue55", &gateway{}, Purge{All: true},
			at + "the gateway does not take this admin token; set --token or AFTERBURNER_ADMIN_TOKEN to its admin.token"},
		{"nothing is named", "", "", &gateway{}, Purge{},
			at + "refused (400): Cannot read the purge: it names nothing; give url, prefix, tag or all."},
		{"a relative url", "", "", &gateway{}, Purge{URL: "products"},
			at + `refused (400): Cannot read the purge: "url" must begin with http://, https:// or /.`},
		{"the gateway's own reason", "", "", refusing("No tags here."), Purge{Tag: "t"}, at + "refused (400): No tags here."},
		{"control characters", "", "", refusing("a\x1b[2Jb\nc"), Purge{Tag: "t"}, at + "refused (400): a [2Jb c"},
		{"a long reason", "", "", refusing(strings.Repeat("ä", 501)), Purge{Tag: "t"}, at + "refused (400): " + strings.Repeat("ä", 500) + "…"},
		{"a failure", "", "", &gateway{err: errors.New("x")}, Purge{All: true},
			at + "refused (500): The purge failed; the gateway's log says why."},
		{"not UTF-8", "", "", &gateway{}, Purge{URL: "/a\xff"}, `purge "/a\xff": it is not UTF-8; percent-encode what is not`},
	} {
		t.Run(row.name, func(t *testing.T) {
			url := adminOf(t, row.token, row.gateway)
			client := Client{URL: url, Token: row.given}
			if _, err := client.Purge(t.Context(), row.purge); text(err, url) != row.want {
				t.Errorf("got  %s\nwant %s", text(err, url), row.want)
			}
		})
	}
}

// What answers may be any server: the gateway's own listener for clients, most likely.
func TestAnswersOfOtherServers(t *testing.T) {
	not := func(status string) string {
		return "purge at URL: it answered " + status + ", but not as an admin listener does; give the address of the gateway's with --admin"
	}
	const problemJSON = "application/problem+json"
	for _, row := range []struct {
		name   string
		status int
		kind   string
		body   string
		want   string
	}{
		{"a page", 200, "text/html", "<html>", not("200 OK")},
		{"other JSON", 200, "application/json", `{"ok":true}`, not("200 OK")},
		{"JSON that says no", 200, "application/json", `{"purged":false}`, not("200 OK")},
		{"half an answer", 200, "application/json", `{"purged":tr`, not("200 OK")},
		{"a list", 200, "application/json", `[]`, not("200 OK")},
		{"an answer without end", 200, "application/json", strings.Repeat(" ", maxAnswer) + `{"purged":true}`, not("200 OK")},
		{"accepted", 202, "application/json", `{"purged":true,"scope":"local"}`, ""},
		{"404", 404, "text/plain", "nothing", not("404 Not Found")},
		{"the gateway's own 404", 404, problemJSON, `{"type":"urn:afterburner:problem:no_route","detail":"x"}`, not("404 Not Found")},
		{"405", 405, problemJSON, `{"type":"urn:afterburner:problem:x","detail":"x"}`, not("405 Method Not Allowed")},
		{"401 of another", 401, "text/plain", "", not("401 Unauthorized")},
		{"a problem of another", 400, problemJSON, `{"type":"about:blank","detail":"x"}`, not("400 Bad Request")},
		{"a problem that is none", 400, problemJSON, `{`, not("400 Bad Request")},
		{"a status of its own", 299, "", "", not("299 status code 299")},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", row.kind)
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.body)
			}))
			defer server.Close()
			client := Client{URL: server.URL, Token: "s3cret"}
			if _, err := client.Purge(t.Context(), Purge{All: true}); text(err, server.URL) != row.want {
				t.Errorf("got  %s\nwant %s", text(err, server.URL), row.want)
			}
		})
	}
}

// A redirect would send the token on, and make a GET of the purge.
func TestARedirectIsNotFollowed(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	client := Client{URL: server.URL, Token: "s3cret", HTTP: &http.Client{Timeout: time.Minute}}
	_, err := client.Purge(t.Context(), Purge{All: true})
	want := "purge at URL: it answered 302 Found, but not as an admin listener does; give the address of the gateway's with --admin"
	if text(err, server.URL) != want || asked != 1 {
		t.Errorf("%d requests, %s", asked, text(err, server.URL))
	}
}

func TestAdminURLs(t *testing.T) {
	const rest = "is not the URL of an admin listener; write http://host:port, like http://127.0.0.1:9901"
	for given, want := range map[string]string{
		"127.0.0.1:9901":         `"127.0.0.1:9901" ` + rest,
		"localhost:9901":         `"localhost:9901" ` + rest,
		":9901":                  `":9901" ` + rest,
		"":                       `"" ` + rest,
		"ftp://a":                `"ftp://a" ` + rest,
		"http://":                `"http://" ` + rest,
		"http://:9901":           `"http://:9901" ` + rest,
		"http://a/?b":            `"http://a/?b" ` + rest,
		"http://me:s3cret@a":     "the admin URL with an @ " + rest,
		"http://me:s3cret@a:b:c": "the admin URL with an @ " + rest,
	} {
		client := Client{URL: given}
		if _, err := client.Purge(t.Context(), Purge{All: true}); text(err, "-") != want {
			t.Errorf("%q: got  %v\nwant %s", given, err, want)
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	ln := listen(t)
	closed := "http://" + ln.Addr().String()
	ln.Close()
	silent := listen(t) // accepts nothing: the kernel does
	defer silent.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	leaving := listen(t)
	go func() {
		for {
			c, err := leaving.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1)) // else the close is a reset
			c.Close()
		}
	}()
	defer leaving.Close()
	impatient := &http.Client{Timeout: 20 * time.Millisecond}
	for _, row := range []struct {
		name   string
		ctx    context.Context
		client Client
		want   string
	}{
		{"the port is closed", t.Context(), Client{URL: closed},
			"connection refused; is the gateway running there? Start it with afterburner serve, or give its admin address with --admin"},
		{"no answer", t.Context(), Client{URL: "http://" + silent.Addr().String(), HTTP: impatient},
			"no answer came in time; check --admin and whether the gateway is healthy"},
		{"the user gave up", canceled, Client{URL: closed}, "context canceled"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := row.client.Purge(row.ctx, Purge{All: true})
			if got, want := text(err, row.client.URL), "purge at URL: "+row.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	t.Run("a token that no field can carry", func(t *testing.T) {
		client := Client{URL: closed, Token: "s3\ncret"}
		_, err := client.Purge(t.Context(), Purge{All: true})
		want := "the admin token has a line break or another control character in it; check --token or AFTERBURNER_ADMIN_TOKEN"
		if text(err, closed) != want {
			t.Errorf("Purge = %v", err)
		}
	})
	t.Run("a name that nobody has", func(t *testing.T) {
		inner := &url.Error{Op: "Post", URL: "http://gatway:9901", Err: &net.DNSError{Name: "gatway", Err: "no such host", IsNotFound: true}}
		if got, want := unreachable(inner).Error(), "cannot look up gatway: no such host; check --admin"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("it hangs up", func(t *testing.T) {
		client := Client{URL: "http://" + leaving.Addr().String()}
		_, err := client.Purge(t.Context(), Purge{All: true})
		if err == nil || !strings.HasSuffix(err.Error(), "; check --admin and whether the gateway is healthy") {
			t.Errorf("Purge = %v", err)
		}
	})
}

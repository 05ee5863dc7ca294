package admin

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// fullStatus has a value everywhere.
func fullStatus() Status {
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	return Status{
		Version: "1.2.3", Started: at, UptimeSeconds: 60,
		Listeners: []Listener{{"http", "[::]:8080"}, {"admin", "127.0.0.1:9901"}},
		Config: ConfigStatus{
			Source: "a.yaml", Hash: "abc", LoadedAt: at,
			LastTry:   &LastTry{At: at.Add(time.Minute), Error: "gone", Faults: []Fault{fault("no unit", SeverityError)}},
			Effective: json.RawMessage(`{"listen":":8080","admin":{"token":"***"}}`),
		},
		Routes: []RouteStatus{{
			Name: "product", Host: "*.example.com", Path: "/products/{id}", Methods: []string{"GET"}, Upstream: "api", Requests: new(int64(7)),
		}},
		Upstreams: []UpstreamStatus{{"api", []TargetStatus{
			{"http://10.0.0.1:9000", &PoolStatus{Open: 3, Idle: 2, Waiting: 1, Dialed: 4, Reused: 5}},
		}}},
		Cache:   &CacheStatus{Bytes: 1, Budget: 2, Entries: 3, Flights: 4},
		Savings: &Savings{Requests: 10, Hits: 6, Collapsed: 2, OriginRequests: 3, BytesSaved: 1000},
	}
}

func TestStatus(t *testing.T) {
	const full = `{"version":"1.2.3","started":"2026-12-01T08:00:00Z","uptime_seconds":60,` +
		`"listeners":[{"name":"http","address":"[::]:8080"},{"name":"admin","address":"127.0.0.1:9901"}],` +
		`"config":{"source":"a.yaml","hash":"abc","loaded_at":"2026-12-01T08:00:00Z",` +
		`"last_try":{"at":"2026-12-01T08:01:00Z","ok":false,"error":"gone","faults":[` +
		`{"file":"a.yaml","line":5,"column":19,"path":"routes[0].cache.ttl","message":"no unit","severity":"error"}]},` +
		`"effective":{"listen":":8080","admin":{"token":"***"}}},` +
		`"routes":[{"name":"product","host":"*.example.com","path":"/products/{id}","methods":["GET"],"upstream":"api","requests":7}],"routes_total":1,` +
		`"upstreams":[{"name":"api","targets":[{"address":"http://10.0.0.1:9000","open":3,"idle":2,"waiting":1,"dialed":4,"reused":5}]}],"upstreams_total":1,` +
		`"cache":{"bytes":1,"budget":2,"entries":3,"flights":4},` +
		`"savings":{"requests":10,"hits":6,"collapsed":2,"origin_requests":3,"bytes_saved":1000}}`
	const empty = `{"version":"","started":"0001-01-01T00:00:00Z","uptime_seconds":0,"listeners":[],` +
		`"config":{"source":"","hash":"","loaded_at":"0001-01-01T00:00:00Z"},` +
		`"routes":[],"routes_total":0,"upstreams":[],"upstreams_total":0}`
	little := Status{
		Routes:    []RouteStatus{{Path: "/", Requests: new(int64(0))}},
		Upstreams: []UpstreamStatus{{Name: "api", Targets: []TargetStatus{{Address: "http://a:1"}}}, {Name: "b"}},
		Cache:     &CacheStatus{},
	}
	const littleText = `{"version":"","started":"0001-01-01T00:00:00Z","uptime_seconds":0,"listeners":[],` +
		`"config":{"source":"","hash":"","loaded_at":"0001-01-01T00:00:00Z"},` +
		`"routes":[{"path":"/","requests":0}],"routes_total":1,` +
		`"upstreams":[{"name":"api","targets":[{"address":"http://a:1"}]},{"name":"b","targets":[]}],"upstreams_total":2,` +
		`"cache":{"bytes":0,"budget":0,"entries":0,"flights":0}}`
	rows := []struct {
		name   string
		status Status
		want   string
	}{
		{"everything", fullStatus(), "200\nContent-Type: application/json\n\n" + full + "\n"},
		{"what is not known is left out", Status{}, "200\nContent-Type: application/json\n\n" + empty + "\n"},
		{"nothing is not the same as unknown", little, "200\nContent-Type: application/json\n\n" + littleText + "\n"},
		{"a value that is no JSON", Status{Config: ConfigStatus{Effective: func() {}}},
			problemText(500, "", "status_failed", "Status failed", "The status failed; the gateway's log says why.")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			h := New(Options{Gateway: &gateway{status: row.status}, Metrics: metrics()})
			if got := answer(h, request(t, "GET /api/status")); got != row.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
}

func TestAStatusAsksForTheToken(t *testing.T) {
	h := New(Options{Token: "s3cret", Gateway: &gateway{}, Metrics: metrics()})
	want := problemText(401, "Www-Authenticate: Bearer realm=\"afterburner admin\"\n", "unauthorized", "Unauthorized",
		`Send the admin token as \"Authorization: Bearer TOKEN\".`)
	if got := answer(h, request(t, "GET /api/status")); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestTheListsOfAStatusAreBounded(t *testing.T) {
	for _, row := range []struct{ given, total, listed, want int }{
		{9_999, 0, 9_999, 9_999},
		{10_000, 0, 10_000, 10_000},
		{10_001, 0, 10_000, 10_001},
		{10_000, 20_000, 10_000, 20_000},
	} {
		g := &gateway{status: Status{
			Routes: make([]RouteStatus, row.given), RoutesTotal: row.total,
			Upstreams: make([]UpstreamStatus, row.given), UpstreamsTotal: row.total,
		}}
		rec := httptest.NewRecorder()
		New(Options{Gateway: g, Metrics: metrics()}).ServeHTTP(rec, request(t, "GET /api/status"))
		var got Status
		if err := json.NewDecoder(strings.NewReader(rec.Body.String())).Decode(&got); err != nil {
			t.Fatal(err)
		}
		if len(got.Routes) != row.listed || got.RoutesTotal != row.want || len(got.Upstreams) != row.listed || got.UpstreamsTotal != row.want {
			t.Errorf("%+v: %d of %d routes, %d of %d upstreams", row, len(got.Routes), got.RoutesTotal, len(got.Upstreams), got.UpstreamsTotal)
		}
	}
}

package admin

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxListed bounds the lists of routes and upstreams in a status; their totals
// tell the rest.
const maxListed = 10_000

// Status is what the gateway is and does now, as GET /api/status answers it. What
// is not known is left out. docs/openapi.yaml describes it.
type Status struct {
	// Version of the program.
	Version string `json:"version"`
	// Started is when the process began to serve.
	Started time.Time `json:"started"`
	// UptimeSeconds since then, whole ones.
	UptimeSeconds int64 `json:"uptime_seconds"`
	// Listeners that are open.
	Listeners []Listener `json:"listeners"`
	// Config that runs now, and how the last attempt to replace it went.
	Config ConfigStatus `json:"config"`
	// Routes in the order of the file, up to 10,000.
	Routes []RouteStatus `json:"routes"`
	// RoutesTotal counts those beyond too; at least the length of Routes is answered.
	RoutesTotal int `json:"routes_total"`
	// Upstreams by name, up to 10,000.
	Upstreams []UpstreamStatus `json:"upstreams"`
	// UpstreamsTotal counts those beyond too, like RoutesTotal.
	UpstreamsTotal int `json:"upstreams_total"`
	// Cache is the store in memory.
	Cache *CacheStatus `json:"cache,omitempty"`
	// Savings since the process began.
	Savings *Savings `json:"savings,omitempty"`
}

// A Listener is an open port.
type Listener struct {
	// Name is http for clients, admin for operators.
	Name string `json:"name"`
	// Address as it was really bound, host:port.
	Address string `json:"address"`
}

// ConfigStatus is the running configuration.
type ConfigStatus struct {
	// Source is the file, or the flag that stands for one.
	Source string `json:"source"`
	// Hash is the same for the same configuration.
	Hash string `json:"hash"`
	// LoadedAt is when it was taken over.
	LoadedAt time.Time `json:"loaded_at"`
	// LastTry is the newest attempt to take one over; nil: there was none yet.
	LastTry *LastTry `json:"last_try,omitempty"`
	// Effective is every key with its value, defaults filled in and secrets masked;
	// anything that encoding/json takes. nil: not known.
	Effective any `json:"effective,omitempty"`
}

// LastTry is one attempt to take a configuration over.
type LastTry struct {
	At time.Time `json:"at"`
	// OK: it was taken over. Otherwise the running one stayed.
	OK bool `json:"ok"`
	// Error says why not, where no fault does.
	Error string `json:"error,omitempty"`
	// Faults that were found, warnings included; the caller bounds them.
	Faults []Fault `json:"faults,omitempty"`
}

// RouteStatus is a route of the running configuration.
type RouteStatus struct {
	// Name as configured; empty: it has none.
	Name string `json:"name,omitempty"`
	// Host as configured; empty: any.
	Host string `json:"host,omitempty"`
	// Path is the pattern, the http_route of the metrics.
	Path string `json:"path"`
	// Methods as configured; empty: all.
	Methods []string `json:"methods,omitempty"`
	// Upstream by name; empty for a route that answers by other routes.
	Upstream string `json:"upstream,omitempty"`
	// Requests answered since the process began; nil: not counted.
	Requests *int64 `json:"requests,omitempty"`
}

// UpstreamStatus is an upstream of the running configuration.
type UpstreamStatus struct {
	Name    string         `json:"name"`
	Targets []TargetStatus `json:"targets"`
}

// TargetStatus is one address of an upstream.
type TargetStatus struct {
	// Address as configured, http://host:port.
	Address string `json:"address"`
	// PoolStatus of its connections; nil: not known, its members are left out.
	*PoolStatus
}

// PoolStatus counts the connections to one target.
type PoolStatus struct {
	// Open connections, those being dialed included; Idle are unused ones among them.
	Open int `json:"open"`
	Idle int `json:"idle"`
	// Waiting are requests that wait for a connection.
	Waiting int `json:"waiting"`
	// Dialed are connections opened so far, Reused requests that found one.
	Dialed uint64 `json:"dialed"`
	Reused uint64 `json:"reused"`
}

// CacheStatus is the state of the store.
type CacheStatus struct {
	// Bytes held, all overhead counted; Budget is what they may be.
	Bytes  int64 `json:"bytes"`
	Budget int64 `json:"budget"`
	// Entries is the number of stored answers.
	Entries int64 `json:"entries"`
	// Flights are fetches that others can follow, now.
	Flights int64 `json:"flights"`
}

// Savings is what clients asked for and the origin did not have to do, since the
// process began.
type Savings struct {
	// Requests answered, of which Hits came from the store and Collapsed from a
	// fetch that another request began.
	Requests  int64 `json:"requests"`
	Hits      int64 `json:"hits"`
	Collapsed int64 `json:"collapsed"`
	// OriginRequests were sent to upstreams, each try counted.
	OriginRequests int64 `json:"origin_requests"`
	// BytesSaved are body bytes that no origin had to send.
	BytesSaved int64 `json:"bytes_saved"`
}

func (s *server) status(w http.ResponseWriter, r *http.Request) {
	status := s.gateway.Status(r.Context())
	status.bound()
	body, err := json.Marshal(status)
	if err != nil { // Config.Effective is whatever the gateway gave
		s.logger.Error("status failed", "error", err)
		failed("status").write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(body, '\n'))
}

func (s *Status) bound() {
	s.RoutesTotal = max(s.RoutesTotal, len(s.Routes))
	s.UpstreamsTotal = max(s.UpstreamsTotal, len(s.Upstreams))
	s.Listeners = list(s.Listeners)
	s.Routes = list(s.Routes[:min(maxListed, len(s.Routes))])
	s.Upstreams = list(s.Upstreams[:min(maxListed, len(s.Upstreams))])
	for i := range s.Upstreams {
		s.Upstreams[i].Targets = list(s.Upstreams[i].Targets)
	}
}

// Package config is everything an operator can say: one tree of types whose
// field comments are the documentation, the defaults in one literal, and Load,
// which reports every fault at once with its place.
//
//	cfg, faults := config.Load("afterburner.yaml", os.LookupEnv)
//	for _, fault := range faults.Warnings() {
//		fmt.Fprintln(os.Stderr, "warning:", fault) // FILE:LINE:COLUMN: key.path: message
//	}
//	if err := faults.Err(); err != nil {
//		return err // one line for each fault
//	}
//
// It never imports an implementation: proxy translates it.
package config

// Config is the whole file.
type Config struct {
	// Listen is the address of the HTTP listener, host:port.
	Listen string `yaml:"listen" example:"127.0.0.1:8080"`
	// Admin is the listener for operators: health, metrics, purge.
	Admin Admin `yaml:"admin"`
	// Limits bound what a client may ask of the gateway.
	Limits Limits `yaml:"limits"`
	// Drain is how the gateway leaves.
	Drain Drain `yaml:"drain"`
	// Credentials are the request fields that name a principal: an answer to a
	// request that carries one is shared only by explicit permission.
	Credentials []string `yaml:"credentials"`
	// TrustedProxies are the networks, as 10.0.0.0/8, of proxies whose X-Forwarded
	// and Forwarded fields are believed. Those of anybody else are replaced.
	TrustedProxies []string `yaml:"trusted_proxies" example:"[\"10.0.0.0/8\"]"`
	// ProxyProtocol: connections from trusted_proxies begin with a PROXY header,
	// version 1 or 2, that names the client.
	ProxyProtocol bool `yaml:"proxy_protocol" restart:"true"`
	// Store is the memory the cache may use.
	Store Store `yaml:"store"`
	// Telemetry is what the gateway tells about itself.
	Telemetry Telemetry `yaml:"telemetry"`
	// Upstreams are the APIs behind the gateway, by name.
	Upstreams map[string]Upstream `yaml:"upstreams"`
	// Defaults are under every route; a route's own block wins key by key.
	Defaults Defaults `yaml:"defaults"`
	// Routes say which request goes where and what is done with the answer.
	// The most specific route wins, whatever the order in the file.
	Routes []Route `yaml:"routes" required:"true" min:"1"`
}

// Admin is the listener for operators.
type Admin struct {
	// Listen is the admin address, host:port. Other than loopback needs a token.
	Listen string `yaml:"listen"`
	// Token is asked for as "Authorization: Bearer TOKEN" when it is set.
	Token string `yaml:"token" secret:"true" example:"${AFTERBURNER_ADMIN_TOKEN:-}"`
}

// Limits bound what a client may ask of the gateway.
type Limits struct {
	// RequestBody is the largest request body, in bytes; larger ones get 413.
	RequestBody Size `yaml:"request_body" min:"1B"`
	// Header is the largest request head (request line and fields), in bytes;
	// larger ones get 431.
	Header Size `yaml:"header" min:"1KiB" restart:"true"`
	// Connections is how many client connections may be open at once.
	Connections int `yaml:"connections" min:"1" restart:"true"`
	// HeaderTimeout is how long a client may take to send a request head.
	HeaderTimeout Duration `yaml:"header_timeout" min:">0s" restart:"true"`
	// IdleTimeout is how long a kept-alive connection may wait for its next request.
	IdleTimeout Duration `yaml:"idle_timeout" min:">0s" restart:"true"`
	// RequestTimeout is the longest time without progress while a request is
	// read; the whole has no limit.
	RequestTimeout Duration `yaml:"request_timeout" min:">0s"`
}

// Drain is how the gateway leaves after SIGTERM.
type Drain struct {
	// Delay is how long requests are still taken, each answered with
	// Connection: close, while /readyz already says no.
	Delay Duration `yaml:"delay"`
	// Timeout is how long running requests may take after the listeners closed.
	Timeout Duration `yaml:"timeout" min:">0s"`
}

// Store is the memory the cache may use.
type Store struct {
	// Memory is the budget in bytes: heads, bodies, codings and about 300 bytes
	// an entry. Absent: a quarter of the cgroup limit or GOMEMLIMIT, else 256MiB.
	Memory Size `yaml:"memory" min:"1MiB" optional:"true" restart:"true" example:"256MiB"`
	// MaxObject is the largest body that is stored, in bytes.
	MaxObject Size `yaml:"max_object" min:"1B"`
}

// Telemetry is what the gateway tells about itself.
type Telemetry struct {
	// AccessLog is the line written for each request.
	AccessLog AccessLog `yaml:"access_log"`
}

// AccessLog is the line written for each request.
type AccessLog struct {
	// Format is json, text or off. Absent: text on a terminal, json otherwise.
	Format string `yaml:"format" enum:"json,text,off" restart:"true"`
	// Output is stdout, stderr or the path of a file that is appended to.
	Output string `yaml:"output" restart:"true"`
}

// Upstream is an API behind the gateway.
type Upstream struct {
	// Targets are its addresses, http://host:port or https://host:port, taken in
	// turn.
	Targets []string `yaml:"targets" required:"true" min:"1" pattern:"^https?://" example:"['http://127.0.0.1:9000']"`
	// Host is the Host field sent: keep (the client's), target, or a name.
	Host string `yaml:"host" example:"api.example.com"`
	// Timeout bounds the waiting for it.
	Timeout UpstreamTimeout `yaml:"timeout"`
	// Pool bounds the connections to it.
	Pool Pool `yaml:"pool"`
	// Retry sends a request again, to the next target, when no response came.
	Retry Retry `yaml:"retry"`
	// TLS says whom https targets are believed to be.
	TLS UpstreamTLS `yaml:"tls"`
}

// Retry sends a request again when no response came.
type Retry struct {
	// Attempts are the tries in all; only requests that do no harm twice, and have
	// no body, get more than one.
	Attempts int `yaml:"attempts" min:"1"`
}

// UpstreamTLS says whom https targets are believed to be, and who the gateway is
// to them. TLS is 1.2 or newer.
type UpstreamTLS struct {
	// CA is a file of certificates that sign the targets', in PEM. Absent: those
	// of the system.
	CA string `yaml:"ca" example:"/etc/ssl/api-ca.pem"`
	// ServerName is the name that the targets' certificates must hold, and that is
	// asked for (SNI). Absent: the upstream's host if it is a name, else the
	// target's.
	ServerName string `yaml:"server_name" example:"api.example.com"`
	// Cert is the gateway's own certificate, a file in PEM, for targets that ask.
	Cert string `yaml:"cert" example:"/etc/ssl/gateway.pem"`
	// Key is the key of Cert, a file in PEM.
	Key string `yaml:"key" example:"/etc/ssl/gateway.key"`
	// InsecureSkipVerify believes anybody: for tests alone, because whoever stands
	// between can read and change everything.
	InsecureSkipVerify bool `yaml:"insecure_skip_verify"`
}

// UpstreamTimeout bounds the waiting for an upstream.
type UpstreamTimeout struct {
	// Connect is how long a connection may take to open.
	Connect Duration `yaml:"connect" min:">0s"`
	// Response is how long the response head may take, then the longest time
	// between two reads of the body.
	Response Duration `yaml:"response" min:">0s"`
}

// Pool bounds the connections to an upstream.
type Pool struct {
	// MaxConnections is how many connections may be open to one target.
	MaxConnections int `yaml:"max_connections" min:"1"`
	// Idle is how long an unused connection is kept.
	Idle Duration `yaml:"idle" min:">0s"`
	// MaxWaiting is how many requests may wait for a connection.
	MaxWaiting int `yaml:"max_waiting" min:"0"`
	// Wait is how long one may wait for a connection.
	Wait Duration `yaml:"wait"`
}

package config

import "time"

// Default is the configuration that an empty file stands for; DefaultUpstream
// and DefaultRoute are under every entry of theirs, DefaultBatch under every
// batch block.
func Default() Config {
	return Config{
		Listen: ":8080",
		Admin:  Admin{Listen: "127.0.0.1:9901"},
		Limits: Limits{
			RequestBody:    10 << 20,
			Header:         16 << 10,
			Connections:    65536,
			HeaderTimeout:  Duration(10 * time.Second),
			IdleTimeout:    Duration(75 * time.Second),
			RequestTimeout: Duration(60 * time.Second),
		},
		Drain:       Drain{Delay: Duration(time.Second), Timeout: Duration(15 * time.Second)},
		Credentials: []string{"Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"},
		Store:       Store{MaxObject: 8 << 20},
		Telemetry:   Telemetry{AccessLog: AccessLog{Output: "stdout"}},
	}
}

// DefaultUpstream is under every upstream.
func DefaultUpstream() Upstream {
	return Upstream{
		Host: "keep",
		Timeout: UpstreamTimeout{
			Connect:  Duration(time.Second),
			Response: Duration(30 * time.Second),
		},
		Pool: Pool{
			MaxConnections: 256,
			Idle:           Duration(60 * time.Second),
			MaxWaiting:     1000,
			Wait:           Duration(5 * time.Second),
		},
	}
}

// DefaultRoute is under every route.
func DefaultRoute() Route {
	return Route{
		Cache:    Cache{Mode: "rfc9111", SetCookie: "bypass"},
		Coalesce: Coalesce{Wait: Duration(10 * time.Second)},
		Compress: Compress{
			Encodings: []string{"zstd", "br", "gzip"},
			MinSize:   1 << 10,
			Types: []string{
				"application/json", "application/xml", "application/javascript",
				"application/x-javascript", "application/x-ndjson", "image/svg+xml",
				"text/*", "*+json", "*+xml",
			},
		},
	}
}

// DefaultBatch is under every batch block; allow has no default.
func DefaultBatch() Batch {
	return Batch{
		MaxItems:    100,
		Concurrency: 16,
		MaxBody:     1 << 20,
		MaxResponse: 16 << 20,
		Timeout:     Duration(30 * time.Second),
	}
}

// prefill puts the defaults under what is read into a pointer's target.
func prefill(target any) {
	switch t := target.(type) {
	case *Upstream:
		*t = DefaultUpstream()
	case *Route:
		*t = DefaultRoute()
	case *Batch:
		*t = DefaultBatch()
	}
}

package config

import (
	"reflect"
	"time"
)

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
		Defaults:    defaultBlocks(),
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
		Retry: Retry{Attempts: 2},
	}
}

// DefaultRoute is under every route of a file without defaults.
func DefaultRoute() Route { return defaultBlocks().route() }

// defaultBlocks are what the block defaults holds before the file is read.
func defaultBlocks() Defaults {
	return Defaults{
		Cache:    Cache{Mode: "rfc9111", SetCookie: "bypass", ClientDirectives: "honour"},
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

// route is a route that holds copies of the blocks: what is read into it
// changes no other.
func (d Defaults) route() Route {
	own := copied(reflect.ValueOf(d)).Interface().(Defaults)
	return Route{Headers: own.Headers, Cache: own.Cache, Coalesce: own.Coalesce, Compress: own.Compress}
}

// copied is a value that shares no list and no map with v.
func copied(v reflect.Value) reflect.Value {
	made := reflect.New(v.Type()).Elem()
	made.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			made.Field(i).Set(copied(v.Field(i)))
		}
	case reflect.Slice:
		if !v.IsNil() {
			made.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			reflect.Copy(made, v) // of words and numbers
		}
	case reflect.Map:
		if !v.IsNil() {
			made.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for key, value := range v.Seq2() {
				made.SetMapIndex(key, value)
			}
		}
	}
	return made
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

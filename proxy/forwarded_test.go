package proxy

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/afterburner-gateway/afterburner/cache"
)

func TestProvenance(t *testing.T) {
	gen := &generation{trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, c := range []struct {
		name, peer     string
		fields         cache.Fields
		client, scheme string
		want           provenance
	}{
		{
			"a client's own claims are replaced", "203.0.113.9",
			cache.Fields{{"X-Forwarded-For", "1.1.1.1"}, {"Forwarded", "for=2.2.2.2"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "evil"}},
			"203.0.113.9", "http",
			provenance{"203.0.113.9", `for=203.0.113.9;proto=http;host="a.example"`, "http", "a.example"},
		},
		{
			"a trusted proxy's are carried on", "10.0.0.1",
			cache.Fields{{"X-Forwarded-For", "198.51.100.7"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "b.example"}},
			"198.51.100.7", "https",
			provenance{"198.51.100.7, 10.0.0.1", `for=198.51.100.7, for=10.0.0.1;proto=https;host="b.example"`, "https", "b.example"},
		},
		{
			"the client is the last that is not trusted", "10.0.0.1",
			cache.Fields{{"X-Forwarded-For", "1.1.1.1, 198.51.100.7"}, {"x-forwarded-for", "10.9.9.9"}},
			"198.51.100.7", "http",
			provenance{"1.1.1.1, 198.51.100.7, 10.9.9.9, 10.0.0.1", `for=1.1.1.1, for=198.51.100.7, for=10.9.9.9, for=10.0.0.1;proto=http;host="a.example"`, "http", "a.example"},
		},
		{
			"what is no address ends the chain", "10.0.0.1",
			cache.Fields{{"X-Forwarded-For", "1.1.1.1, nonsense, 10.2.2.2"}},
			"10.2.2.2", "http",
			provenance{"10.2.2.2, 10.0.0.1", `for=10.2.2.2, for=10.0.0.1;proto=http;host="a.example"`, "http", "a.example"},
		},
		{
			"RFC 7239 section 6, IPv6 with a port", "fd00::1",
			cache.Fields{{"Forwarded", `for="[2001:db8::17]:4711";proto=https, For=10.1.1.1`}},
			"2001:db8::17", "http",
			provenance{"2001:db8::17, 10.1.1.1, fd00::1", `for="[2001:db8::17]", for=10.1.1.1, for="[fd00::1]";proto=http;host="a.example"`, "http", "a.example"},
		},
		{
			"an IPv4 address in IPv6 clothes is trusted as IPv4", "::ffff:10.0.0.1",
			cache.Fields{{"X-Forwarded-For", "198.51.100.7:1234"}, {"X-Forwarded-Proto", "gopher"}},
			"198.51.100.7", "http",
			provenance{"198.51.100.7, ::ffff:10.0.0.1", `for=198.51.100.7, for="[::ffff:10.0.0.1]";proto=http;host="a.example"`, "http", "a.example"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := &exchange{gen: gen, request: request{Client: c.peer, Scheme: "http", Host: "a.example", Fields: c.fields}}
			x.identify()
			if x.Client != c.client || x.Scheme != c.scheme {
				t.Errorf("client %s over %s, want %s over %s", x.Client, x.Scheme, c.client, c.scheme)
			}
			if got := x.provenance(); got != c.want {
				t.Errorf("provenance\n%+v, want\n%+v", got, c.want)
			}
		})
	}
}

func FuzzHops(f *testing.F) {
	f.Add("1.1.1.1, [::1]:80", "")
	f.Add("", `for="[2001:db8::17]:4711";proto=http, for=_hidden`)
	f.Fuzz(func(t *testing.T, xff, forwarded string) {
		chain := hops(cache.Fields{{"X-Forwarded-For", xff}, {"Forwarded", forwarded}})
		if len(chain) > maxHops {
			t.Errorf("%d hops", len(chain))
		}
		for _, hop := range chain {
			if _, err := netip.ParseAddr(hop); err != nil || strings.ContainsAny(hop, "\r\n, ") {
				t.Errorf("%q is no address", hop)
			}
		}
	})
}

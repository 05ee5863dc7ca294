package proxy

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/afterburner-gateway/afterburner/batch"
	"github.com/afterburner-gateway/afterburner/cache"
	"github.com/afterburner-gateway/afterburner/compress"
	"github.com/afterburner-gateway/afterburner/telemetry"
	"github.com/afterburner-gateway/afterburner/upstream"
)

// generation is one configuration, translated and immutable. An exchange loads
// it once, a flight keeps the one it began with; nobody counts them.
type generation struct {
	gateway *Gateway
	router  *router[*route]
	limits  limits
	// credentials are the request fields that name a principal.
	credentials []string
	// trusted are the proxies whose word on a client is believed.
	trusted []netip.Prefix
	// hosts are those that routes name, and "" for all others.
	hosts []string
}

// keyRules are those of the route that a GET would take; none where none does.
func (gen *generation) keyRules(host, target string) *cache.KeyRules {
	path, _, _ := strings.Cut(target, "?")
	var p params
	if found, result := gen.router.match(host, "GET", path, &p); result == matched && found.key != nil {
		return found.key
	}
	return nil
}

// limits are what a client may ask.
type limits struct {
	body int64         // bytes
	pace time.Duration // longest time without progress in a request's body
}

// route is one route of a generation.
type route struct {
	name     string
	pattern  string // the path pattern: http.route
	counted  *telemetry.Route
	upstream *upstream.Upstream
	origin   string // the upstream's name
	asked    *telemetry.Upstream
	host     string // the Host sent; "": the client's
	rewrite  *rewriter
	key      *cache.KeyRules
	policy   *cache.Policy
	tags     tagRules
	compress *compress.Rules // nil: off
	batch    *batchRoute     // nil: not a batch route
	request  *headerRules    // nil: none
	response *headerRules    // nil: none
	// keyedByClient: X-Forwarded-For is in the key, and so must be what the origin
	// is told, not what a client claims.
	keyedByClient bool
	// confirms: what is stored may be judged again from its own fields, because no
	// rule changed those that the verdict reads.
	confirms bool
}

// offered are the content codings that the route answers in.
func (r *route) offered() []string {
	if r.compress == nil {
		return nil
	}
	return r.compress.Encodings
}

// batchRoute is what a batch route adds.
type batchRoute struct {
	limits      batch.Limits
	allowed     *pathSet
	concurrency int
	maxResponse int64 // bytes
	timeout     time.Duration
}

// buffers are lent to those who copy bodies.
type buffers struct{ pool sync.Pool }

// bufferSize is what one read of a body may bring, in bytes.
const bufferSize = 32 << 10

func newBuffers() *buffers {
	return &buffers{sync.Pool{New: func() any {
		b := make([]byte, bufferSize)
		return &b
	}}}
}

func (b *buffers) get() *[]byte  { return b.pool.Get().(*[]byte) }
func (b *buffers) put(p *[]byte) { b.pool.Put(p) }

package test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"
)

// family is a kind of resource: what the origin and its route say about it, and
// so what is allowed to come back.
type family struct {
	name    string
	caching string        // Cache-Control; empty: the route has a ttl of 1s
	fresh   time.Duration // for how long
	stale   time.Duration // how long after that the origin permits it
	// credential is the field that names the principal; empty: it is public.
	credential string
	// anonymous: who has a principal may get what one without has fetched.
	anonymous bool
	// validated: each answer is as new as the request.
	validated bool
}

func hammerFamilies() []family {
	return []family{
		{name: "open", caching: "public, max-age=1, stale-while-revalidate=2, stale-if-error=2", fresh: time.Second, stale: 2 * time.Second},
		{name: "long", caching: "public, max-age=86400, must-revalidate", fresh: 24 * time.Hour},
		{name: "keyed", caching: "max-age=2, must-revalidate", fresh: 2 * time.Second, credential: "X-Api-Key"},
		{name: "guard", caching: "max-age=1, stale-if-error=0", fresh: time.Second, credential: "Authorization", anonymous: true},
		{name: "silent", fresh: time.Second, credential: "Authorization"},
		{name: "checked", caching: "no-cache", credential: "Authorization", validated: true},
	}
}

const hammerConfig = `
upstreams: { api: { targets: ["{API}"], pool: { max_connections: 512 } } }
defaults: { compress: false }
routes:
  - { path: /keyed/, upstream: api, cache: { key: { headers: [X-Api-Key] } } }
  - { path: /silent/, upstream: api, cache: { ttl: 1s, stale_if_error: 0s } }
  - { path: /, upstream: api }
`

// hammerKeys are the resources of a family, hammerTags the tags they share.
const (
	hammerKeys = 200
	hammerTags = 16
)

// resource is one URL. Its version is the truth at the origin, in all variants
// and for all principals.
type resource struct {
	family *family
	number int

	mu         sync.Mutex
	version    int
	superseded []time.Time // when version i was no longer the truth
	gone       int         // no answer may be older: purged hard, and acknowledged
	softened   int         // no answer may be older, unless it says that it is stale
}

func (r *resource) path() string { return fmt.Sprintf("/%s/%d", r.family.name, r.number) }
func (r *resource) tag() int     { return r.number % hammerTags }

// change makes a new version and returns it.
func (r *resource) change() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.superseded = append(r.superseded, time.Now())
	r.version++
	return r.version
}

func (r *resource) current() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version
}

// purged notes that what was older than a version has been purged.
func (r *resource) purged(version int, soft bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.softened = max(r.softened, version)
	if !soft {
		r.gone = max(r.gone, version)
	}
}

// ask is a request, and what was true when it was sent.
type ask struct {
	*resource
	language, principal string
	newest              bool // it wants nothing older than itself
	at                  time.Time
	gone, softened, now int
}

func (r *resource) ask(random *rand.Rand) *ask {
	a := &ask{resource: r, language: "de", principal: "-"}
	if random.IntN(2) == 0 {
		a.language = "en"
	}
	if who := random.IntN(5); who < 3 {
		a.principal = "user" + strconv.Itoa(who)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a.at, a.gone, a.softened, a.now = time.Now(), r.gone, r.softened, r.version
	return a
}

// hammerETag names a representation: its resource, variant, principal and version.
func hammerETag(r *resource, language, principal string, version int) string {
	return fmt.Sprintf(`"%s:%d:%s:%s:%d"`, r.family.name, r.number, language, principal, version)
}

// hammerBody is the one body that belongs to an entity tag.
func hammerBody(etag string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(etag))
	return strings.Repeat(etag+"\n", 10+int(h.Sum32()%200))
}

// judge tells what is wrong with an answer's entity tag. status is our member of
// Cache-Status; late is how long answers may be under way.
func (a *ask) judge(etag, status string, late time.Duration) error {
	parts := strings.Split(strings.Trim(etag, `"`), ":")
	if len(parts) != 5 {
		return fmt.Errorf("its entity tag is %q", etag)
	}
	version, err := strconv.Atoi(parts[4])
	switch {
	case err != nil:
		return fmt.Errorf("its entity tag is %q", etag)
	case parts[0] != a.family.name || parts[1] != strconv.Itoa(a.number):
		return fmt.Errorf("it is of another resource: %s", etag)
	case parts[2] != a.language:
		return fmt.Errorf("it is another variant: %s", etag)
	case !a.mayBeOf(parts[3]):
		return fmt.Errorf("it is another principal's: %s", etag)
	}
	return a.judgeAge(version, status, late)
}

func (a *ask) mayBeOf(principal string) bool {
	if a.family.credential == "" || a.family.anonymous && principal == "-" {
		return principal == "-"
	}
	return principal == a.principal
}

func (a *ask) judgeAge(version int, status string, late time.Duration) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	stale := strings.Contains(status, "detail=stale_") || strings.HasSuffix(status, "; detail=stale") && strings.Contains(status, "; hit;")
	switch {
	case version > a.version:
		return fmt.Errorf("version %d is not made yet", version)
	case version < a.gone:
		return fmt.Errorf("version %d, and %d was the newest when it was purged", version, a.gone)
	case version < a.softened && !stale:
		return fmt.Errorf("version %d is not called stale, and %d was the newest when it was softly purged", version, a.softened)
	case version < a.now && (a.newest || a.family.validated):
		return fmt.Errorf("version %d was to be validated, and %d was the newest", version, a.now)
	case stale && a.family.stale == 0:
		return fmt.Errorf("version %d is stale, which nobody permits", version)
	}
	allowed := a.family.fresh + late
	if stale {
		allowed += a.family.stale
	}
	if version < a.version && a.at.Sub(a.superseded[version]) > allowed {
		return fmt.Errorf("version %d ended %v before, more than %v", version, a.at.Sub(a.superseded[version]), allowed)
	}
	return nil
}

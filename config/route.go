package config

// Route says which requests it takes, where they go, and what is done with
// the answers.
type Route struct {
	// Name is what logs call the route. Absent: its path.
	Name string `yaml:"name" example:"product"`
	// Host is an exact name or *.example.com. Absent: any host.
	Host string `yaml:"host" example:"api.example.com"`
	// Path is the pattern: {name} is one segment, {rest...} the remainder, a
	// trailing / everything below, {$} the end.
	Path string `yaml:"path" required:"true" pattern:"^/" example:"/products/{id}"`
	// Methods are those taken. Absent: all. GET takes HEAD along.
	Methods []string `yaml:"methods" min:"1" example:"[GET, HEAD]"`
	// Upstream is the name of the API that answers. A batch route has none.
	Upstream string `yaml:"upstream" example:"api"`
	// Rewrite is the path sent to the upstream; {name} stands for what the path
	// matched. The query is kept.
	Rewrite string `yaml:"rewrite" pattern:"^/" example:"/v1/products/{id}"`
	// Headers change fields of the request that is sent and of the answer.
	Headers Headers `yaml:"headers"`
	// Cache says what is stored and for how long.
	Cache Cache `yaml:"cache"`
	// Coalesce lets one request to the upstream answer all that ask the same at
	// the same moment; false switches it off.
	Coalesce Coalesce `yaml:"coalesce"`
	// Compress codes answers for clients that accept it; false switches it off.
	Compress Compress `yaml:"compress"`
	// Batch makes this route take batch requests, whose items run through the
	// other routes.
	Batch *Batch `yaml:"batch"`
}

// Defaults are under every route; a route's own block wins key by key.
type Defaults struct {
	// Headers change fields of the request that is sent and of the answer.
	Headers Headers `yaml:"headers"`
	// Cache says what is stored and for how long.
	Cache Cache `yaml:"cache"`
	// Coalesce lets one request to the upstream answer all that ask the same at
	// the same moment; false switches it off.
	Coalesce Coalesce `yaml:"coalesce"`
	// Compress codes answers for clients that accept it; false switches it off.
	Compress Compress `yaml:"compress"`
}

// Headers change fields of the request that is sent and of the answer. Fields
// that frame a message, or that the gateway itself answers for, are not among
// them.
type Headers struct {
	// Request is what happens to the request on its way to the upstream.
	Request HeaderRules `yaml:"request" secret:"values"`
	// Response is what happens to the answer on its way to the client.
	Response HeaderRules `yaml:"response"`
}

// HeaderRules change the fields of a message: first remove, then set.
type HeaderRules struct {
	// Set gives fields a value, whatever they had. {name} stands for what the
	// path matched, or for client_ip, host, method, path, query, scheme or
	// trace_id; {{ and }} are braces. A route's fields join those of defaults.
	Set map[string]string `yaml:"set" template:"true" example:"{ X-Product: '{id}' }"`
	// Remove takes fields away, also those that defaults set.
	Remove []string `yaml:"remove" example:"[X-Powered-By]"`
}

// Cache says what is stored and for how long.
type Cache struct {
	// Mode is rfc9111 (the origin decides), override (ttl decides, for requests
	// without a principal) or off.
	Mode string `yaml:"mode" enum:"rfc9111,override,off"`
	// TTL is the freshness where the origin is silent; with mode override,
	// instead of what it says.
	TTL Duration `yaml:"ttl" example:"30s"`
	// StatusTTL is the ttl of single statuses, 200 to 599: negative caching. 0s
	// gives a status no freshness but the origin's own.
	StatusTTL map[string]Duration `yaml:"status_ttl" keys:"^[2-5][0-9][0-9]$" example:"{ 404: 5s }"`
	// StaleWhileRevalidate is how long after its freshness an answer is served
	// while one request refreshes it, where the origin is silent on that.
	StaleWhileRevalidate Duration `yaml:"stale_while_revalidate" example:"30s"`
	// StaleIfError is how long after its freshness an answer is served where the
	// upstream answers with 500, 502, 503 or 504 or cannot be reached, and the
	// origin is silent on that. Absent: for 10m where it cannot be reached. 0s: not
	// at all.
	StaleIfError *Duration `yaml:"stale_if_error" example:"10m"`
	// Key shapes what counts as the same request.
	Key Key `yaml:"key"`
	// Tags are names by which the answers can be purged, beside those that the
	// origin gives in Surrogate-Key, Cache-Tag and Cache-Groups. {name} stands for
	// what the path matched.
	Tags []string `yaml:"tags" template:"true" example:"['product:{id}']"`
	// Methods are methods besides GET and HEAD, POST or QUERY, that only ask, like
	// GraphQL and searches: the body (of at most 1 MiB) is part of the key.
	Methods map[string]string `yaml:"methods" enum:"body" keys:"^(POST|QUERY)$" example:"{ POST: body }"`
	// SetCookie is bypass (an answer with Set-Cookie is not stored) or store.
	SetCookie string `yaml:"set_cookie" enum:"bypass,store"`
	// ClientDirectives is honour or ignore: whether a request's Cache-Control and
	// Pragma are heard.
	ClientDirectives string `yaml:"client_directives" enum:"honour,ignore"`
	// Targets are response fields that the origin can write in the place of
	// Cache-Control for this gateway alone (RFC 9213), the one that counts most
	// first. CDN-Cache-Control is heard behind them.
	Targets []string `yaml:"targets" example:"[Afterburner-Cache-Control]"`
	// IgnoreCredentials are fields of credentials that do not matter to this
	// route's answers.
	IgnoreCredentials []string `yaml:"ignore_credentials" example:"[Cookie]"`
}

// Key shapes what counts as the same request.
type Key struct {
	// Query says which parameters count.
	Query Query `yaml:"query"`
	// Headers are request fields whose values are part of the key.
	Headers []string `yaml:"headers" example:"[X-Tenant]"`
	// Cookies are single cookies whose values are part of the key.
	Cookies []string `yaml:"cookies" example:"[session]"`
}

// Query says which query parameters count, and how.
type Query struct {
	// Ignore drops parameters, exact names or with a * at the end.
	Ignore []string `yaml:"ignore" example:"['utm_*']"`
	// Allow, where it is given, drops all others.
	Allow []string `yaml:"allow" example:"[page, sort]"`
	// Sort makes the order of parameters with different names not matter.
	Sort bool `yaml:"sort"`
}

// Coalesce lets one request to the upstream answer all that ask the same.
type Coalesce struct {
	// Off is what `coalesce: false` sets.
	Off bool `yaml:"-"`
	// Unstored lets requests that are identical, field by field, and carry no
	// credentials share an answer that is not stored.
	Unstored bool `yaml:"unstored"`
	// Wait is how long one request may wait for another's response head before
	// those who wait begin anew.
	Wait Duration `yaml:"wait" min:">0s"`
}

// Compress codes answers for clients that accept it.
type Compress struct {
	// Off is what `compress: false` sets.
	Off bool `yaml:"-"`
	// Encodings are the content codings offered, the preferred first.
	Encodings []string `yaml:"encodings" enum:"zstd,br,gzip" min:"1"`
	// MinSize is the smallest body worth coding, in bytes.
	MinSize Size `yaml:"min_size"`
	// Types are the media types coded: exact, type/*, or *+suffix.
	Types []string `yaml:"types"`
}

// Batch makes a route take batch requests.
type Batch struct {
	// MaxItems is how many items one batch may hold.
	MaxItems int `yaml:"max_items" min:"1"`
	// Concurrency is how many items of one batch run at once.
	Concurrency int `yaml:"concurrency" min:"1"`
	// MaxBody is the largest batch request body, in bytes.
	MaxBody Size `yaml:"max_body" min:"1B"`
	// MaxResponse is the largest assembled answer, in bytes.
	MaxResponse Size `yaml:"max_response" min:"1B"`
	// Timeout is how long the whole batch may take.
	Timeout Duration `yaml:"timeout" min:">0s"`
	// Allow are the path patterns that items may ask for, in the grammar of a
	// route's path. Required.
	Allow []string `yaml:"allow" required:"true" min:"1" pattern:"^/" example:"[/products/]"`
}

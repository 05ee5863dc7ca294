package proxy

import (
	"net/http"
	"strings"
)

// maxTarget is the longest request target, in bytes; RFC 9110 section 4.1 asks for
// 8,000 at least.
const maxTarget = 8 << 10

// admit refuses what no route may see.
func (g *Gateway) admit(x *exchange) step {
	x.started = g.now()
	x.gen = g.current.Load()
	x.closing = x.closing || g.draining.Load()
	x.identify()
	switch x.Method {
	case "TRACE":
		return x.fail(wrongMethod, "TRACE would show a client what others added to its request.", [2]string{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"})
	case "OPTIONS":
		if x.Target == "*" {
			return x.options("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
		}
	case "CONNECT":
		x.closing = true // what comes next may be meant for the tunnel
		return x.fail(notImplemented, "This is a gateway, not a forward proxy.")
	}
	if len(x.Target) > maxTarget {
		return x.fail(targetTooLong, "It is longer than 8 KiB; send what is that long in a body.")
	}
	if x.Length > x.gen.limits.body {
		x.closing = true
		return x.fail(bodyTooLarge, "It is larger than limits.request_body.")
	}
	for loop := range x.Fields.All("CDN-Loop") {
		if strings.Contains(loop, g.id) {
			return x.fail(loopDetected, "An upstream leads back to this gateway; look at its targets.")
		}
	}
	return stepRoute
}

// options answers for the gateway itself: an OPTIONS of the whole server, or one
// that is to go no further (RFC 9110 sections 9.3.7 and 7.6.2).
func (x *exchange) options(allow string) step {
	own := appendDate(appendLine(x.own[:0], "Allow", allow), x.gen.gateway.now())
	x.own = x.appendCacheStatus(own)
	x.Respond(Head{Status: http.StatusNoContent, Own: x.own}, nil)
	return stepFinish
}

// routing finds the route, or the named reason why there is none.
func (g *Gateway) routing(x *exchange) step {
	host := hostname(x.Host)
	found, result := x.gen.router.match(host, x.Method, x.path(), &x.params)
	switch result {
	case ambiguousPath:
		return x.fail(twoReadings, "Send the path without encoded slashes, dot segments and empty segments.")
	case methodNotAllowed:
		return x.fail(wrongMethod, "", [2]string{"Allow", x.gen.router.allow(host, x.path())})
	case notFound:
		return x.fail(noRouteFound, "Look at the routes of the configuration, or add one with path: /.")
	}
	if x.Method == "OPTIONS" && x.Fields.Get("Max-Forwards") == "0" {
		return x.options(x.gen.router.allow(host, x.path()))
	}
	x.route = found
	if found.batch != nil {
		return stepBatch
	}
	target, ok := x.rewrite()
	if !ok {
		return x.fail(twoReadings, "Its values would lead outside the route's rewrite.")
	}
	x.sentTarget = target
	if found.request != nil { // before the lookup: what the origin sees is what selects
		x.Fields = found.request.addDynamic(found.request.apply(x.Fields), x)
	}
	return stepLookup
}

// rewrite is the target as the upstream is to see it; no where the values of
// the path would make it another place.
func (x *exchange) rewrite() (target string, ok bool) {
	if x.route.rewrite == nil {
		return x.Target, true
	}
	path, ok := x.route.rewrite.append(nil, &x.params)
	return string(path) + x.Target[len(x.path()):], ok
}

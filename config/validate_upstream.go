package config

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (v *validator) upstreams() {
	top := (*place)(nil).key("upstreams")
	if len(v.cfg.Upstreams) == 0 && !v.onlyBatches() {
		v.fault(top, `there is no upstream; write upstreams: { api: { targets: ["http://127.0.0.1:9000"] } }`)
	}
	for _, name := range v.upstreamNames() {
		at := top.key(name)
		if name == "" {
			v.fault(at, "the name is empty; give the upstream one, like api")
		}
		v.upstream(at, v.cfg.Upstreams[name])
	}
}

func (v *validator) upstreamNames() []string {
	return slices.Sorted(maps.Keys(v.cfg.Upstreams))
}

// onlyBatches: batch routes need no upstream of their own. Their items go to
// other routes, and so a file of batch routes alone is useless but not faulty.
func (v *validator) onlyBatches() bool {
	for _, r := range v.cfg.Routes {
		if r.Batch == nil {
			return false
		}
	}
	return len(v.cfg.Routes) > 0
}

func (v *validator) upstream(at *place, up Upstream) {
	targets := at.key("targets")
	if len(up.Targets) == 0 {
		v.fault(targets, `there is no target; write targets: ["http://127.0.0.1:9000"]`)
	}
	for i, text := range up.Targets {
		v.target(targets.item(i), text)
	}
	if host := at.key("host"); !isHostField(up.Host) {
		v.fault(host, "%s is not a host name; write keep, target or a name like api.example.com", v.show(host, up.Host))
	}
}

// target checks one address. A user name or password in it is never shown.
func (v *validator) target(at *place, text string) {
	problem := targetProblem(text)
	if problem == "" {
		return
	}
	shown := v.show(at, text)
	if strings.Contains(text, "@") {
		shown = "the address"
	}
	v.fault(at, "%s %s", shown, problem)
}

// targetProblem is a remark that follows the address in a message, or "".
func targetProblem(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Opaque != "":
		return "is not a target; write http://host:port"
	case u.User != nil:
		return "holds a user name or a password, which would not be sent; remove it"
	case u.Scheme == "https":
		return "asks for TLS, which is not built for upstreams yet; write http://host:port"
	case u.Path != "":
		return "has a path; remove it, and put it in front of the rewrite of the routes that need it"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return "has a query or a fragment; remove it"
	case !isHostName(u.Hostname()):
		return "has no valid host; write http://host:port"
	case !isTargetPort(u):
		return "has no valid port; write a number from 1 to 65535, or no colon for port 80"
	}
	return ""
}

func isTargetPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// isHostField: a host name, with or without a port (RFC 9110 section 7.2).
// keep and target are words of their own, and names too.
func isHostField(text string) bool {
	if host, port, err := net.SplitHostPort(text); err == nil {
		_, err := strconv.ParseUint(port, 10, 16)
		return err == nil && isHostName(host)
	}
	name, bracketed := strings.CutPrefix(text, "[")
	if bracketed {
		name, bracketed = strings.CutSuffix(name, "]")
	}
	return isHostName(name) && strings.Contains(name, ":") == bracketed
}

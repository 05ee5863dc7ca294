package config

import (
	"maps"
	"net"
	"net/url"
	"os"
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
	v.upstreamTLS(at.key("tls"), up)
	if host := at.key("host"); !isHostField(up.Host) {
		v.fault(host, "%s is not a host name; write keep, target or a name like api.example.com", v.show(host, up.Host))
	}
}

// upstreamTLS: the files must be there now, so that check says so and not the
// first request.
func (v *validator) upstreamTLS(at *place, up Upstream) {
	t := up.TLS
	if t == (UpstreamTLS{}) {
		return
	}
	if !slices.ContainsFunc(up.Targets, func(text string) bool { return strings.HasPrefix(text, "https:") }) {
		v.fault(at, "no target asks for TLS; write them as https://host:port or remove the block")
	}
	for _, named := range [][2]string{{"ca", t.CA}, {"cert", t.Cert}, {"key", t.Key}} {
		key, file := at.key(named[0]), named[1]
		if _, err := os.Stat(file); file != "" && err != nil {
			v.fault(key, "%s cannot be read; name a file in PEM that the gateway may read", v.show(key, file))
		}
	}
	switch {
	case t.Cert != "" && t.Key == "":
		v.fault(at.key("cert"), "has no key; name its file as key")
	case t.Key != "" && t.Cert == "":
		v.fault(at.key("key"), "has no certificate; name its file as cert")
	}
	if name := at.key("server_name"); t.ServerName != "" && !isHostName(t.ServerName) {
		v.fault(name, "%s is not a host name; write one like api.example.com", v.show(name, t.ServerName))
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
	case u.Path != "":
		return "has a path; remove it, and put it in front of the rewrite of the routes that need it"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return "has a query or a fragment; remove it"
	case !isHostName(u.Hostname()):
		return "has no valid host; write http://host:port"
	case !isTargetPort(u):
		return "has no valid port; write a number from 1 to 65535, or no colon for the usual one"
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

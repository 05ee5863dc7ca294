package config

import (
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
)

// validator checks what the types alone do not say. It looks at a decoded
// configuration and asks the document for the places.
type validator struct {
	*document
	credentials map[string]bool // folded; nil: the list has a fault
}

// validate adds the faults of a configuration to those of its decoding. What a
// decoding fault left at its default is not judged again. running is what the
// gateway has now, or nil.
func validate(d *document, running *Config) {
	v := &validator{document: d}
	if v.sound((*place)(nil).key("credentials")) {
		v.credentials = foldedSet(d.cfg.Credentials)
	}
	v.bounds(reflect.ValueOf(d.cfg).Elem(), nil)
	v.listeners()
	v.store()
	if output := (*place)(nil).key("telemetry", "access_log", "output"); v.cfg.Telemetry.AccessLog.Output == "" {
		v.fault(output, "is empty; write stdout, stderr or the path of a file")
	}
	v.headerNames((*place)(nil).key("credentials"), v.cfg.Credentials)
	v.trustedProxies()
	v.upstreams()
	v.routes()
	v.patterns()
	v.restarts(running)
	v.warnings()
}

// fault notes what is wrong at a place.
func (v *validator) fault(at *place, format string, args ...any) {
	v.note(at, Fault{Message: fmt.Sprintf(format, args...)})
}

// note places a fault where the file has its key, or else has the block that
// lacks it. What routes take from defaults is reported there, and once.
func (v *validator) note(at *place, f Fault) {
	from := v.origin(at)
	if !v.sound(at) || !v.sound(from) {
		return
	}
	if s := v.locate(from); s.node != nil {
		f.File, f.Line, f.Column = v.file, s.node.Line, s.node.Column
	}
	if from != at {
		if v.noted[f] {
			return
		}
		v.noted[f] = true
	}
	f.Path = from.String()
	v.add(f)
}

// written: the file has the key.
func (v *validator) written(at *place) bool { return v.locate(at).exact }

// source is what the file says where the environment was filled in; such a
// value must not be shown.
func (v *validator) source(at *place) (text string, filled bool) {
	s := v.locate(v.origin(at))
	if !s.exact {
		return "", false
	}
	text = target(s.node).Value
	_, filled, _ = v.expand(text)
	return text, filled
}

// show is a value in the words of a message.
func (v *validator) show(at *place, value string) string {
	if text, filled := v.source(at); filled {
		return quote(text)
	}
	return quote(value)
}

func (v *validator) showUnquoted(at *place, value fmt.Stringer) string {
	if text, filled := v.source(at); filled {
		return quote(text)
	}
	return value.String()
}

func (v *validator) listeners() {
	root := (*place)(nil)
	v.address(root.key("listen"), v.cfg.Listen)
	admin, at := v.cfg.Admin, root.key("admin", "listen")
	host, ok := v.address(at, admin.Listen)
	if ok && admin.Token == "" && !isLoopback(host) {
		v.fault(at, "%s can be reached from other machines; set admin.token, or listen on 127.0.0.1", v.show(at, admin.Listen))
	}
	if ok && admin.Listen == v.cfg.Listen && !strings.HasSuffix(admin.Listen, ":0") {
		v.fault(at, "%s is the address of listen too; choose another port", v.show(at, admin.Listen))
	}
	if strings.ContainsFunc(admin.Token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		v.fault(root.key("admin", "token"), "holds a space, a line end or another character that no Authorization field carries; remove it")
	}
}

// address checks host:port, of which the host may be empty.
func (v *validator) address(at *place, text string) (host string, ok bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		v.fault(at, "%s is not an address; write host:port, like 127.0.0.1:8080 or :8080", v.show(at, text))
		return "", false
	}
	if host != "" && !isHostName(host) {
		v.fault(at, "%s has no valid host; write an IP address or a host name before the port, or nothing", v.show(at, text))
		return "", false
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		v.fault(at, "%s has no valid port; write a number from 0 to 65535", v.show(at, text))
		return "", false
	}
	return host, true
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// isHostName: an IP address, or a name that the DNS could hold.
func isHostName(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if len(name) > maxHostLength {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isHostLabel(label) {
			return false
		}
	}
	return true
}

// trustedProxies are networks; an address alone is written as one.
func (v *validator) trustedProxies() {
	if v.cfg.ProxyProtocol && len(v.cfg.TrustedProxies) == 0 {
		v.fault((*place)(nil).key("proxy_protocol"), "nobody may send PROXY headers; name the proxies in trusted_proxies")
	}
	for i, text := range v.cfg.TrustedProxies {
		at := (*place)(nil).key("trusted_proxies").item(i)
		if _, err := netip.ParsePrefix(text); err == nil {
			continue
		}
		if ip, err := netip.ParseAddr(text); err == nil {
			v.fault(at, "%s is an address and no network; write %s/%d", v.show(at, text), text, ip.BitLen())
			continue
		}
		v.fault(at, "%s is no network; write 10.0.0.0/8 or fd00::/8", v.show(at, text))
	}
}

func (v *validator) store() {
	store, at := v.cfg.Store, (*place)(nil).key("store")
	memory, object := at.key("memory"), at.key("max_object")
	switch {
	case store.Memory < 1<<20 || store.MaxObject <= store.Memory:
	case v.written(object):
		v.fault(object, "%s is more than store.memory; lower it or raise that", v.showUnquoted(object, store.MaxObject))
	default:
		v.fault(memory, "%s is less than store.max_object, which is %s; raise it or set that lower",
			v.showUnquoted(memory, store.Memory), store.MaxObject)
	}
}

// foldedSet holds field names, which have no case, in lower case.
func foldedSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[strings.ToLower(name)] = true
	}
	return set
}

// headerNames checks a list of field names (RFC 9110 section 5.1).
func (v *validator) headerNames(at *place, names []string) {
	for i, name := range names {
		if !isToken(name) {
			v.fault(at.item(i), "%s is not a field name; write one like X-Api-Key", v.show(at.item(i), name))
		}
	}
}

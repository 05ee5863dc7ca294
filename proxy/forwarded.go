package proxy

import (
	"net/netip"
	"strings"

	"github.com/afterburner-gateway/afterburner/cache"
)

// provenance is who asked and how, as far as it can be believed: what a trusted
// proxy says, else what the connection shows. Its texts are what goes to the
// origin.
type provenance struct {
	forwardedFor string // X-Forwarded-For, the newest last
	forwarded    string // the same as RFC 7239 has it
	proto        string // http or https, as the first client used it
	host         string // as the first client used it
}

// trusts tells whether the proxies behind an address may be believed.
func (gen *generation) trusts(address string) bool {
	if len(gen.trusted) == 0 {
		return false
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, prefix := range gen.trusted {
		if prefix.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// identify believes a trusted proxy's word on the client and its scheme. It runs
// before anything asks for either.
func (x *exchange) identify() {
	if !x.gen.trusts(x.Client) {
		return
	}
	x.peer = x.Client
	chain := hops(x.Fields)
	for i := len(chain) - 1; i >= 0; i-- {
		x.Client = chain[i]
		if !x.gen.trusts(chain[i]) {
			break
		}
	}
	switch lastMember(x.Fields, "X-Forwarded-Proto") { // not a view: the scheme outlives the exchange
	case "https":
		x.Scheme = "https"
	case "http":
		x.Scheme = "http"
	}
}

// provenance is what the origin is told. A client's own claims are replaced, a
// trusted proxy's are carried on with its address behind them.
func (x *exchange) provenance() provenance {
	if x.peer == "" {
		return x.connection()
	}
	p := provenance{host: cloned(x.Host)}
	var all []string
	for _, hop := range hops(x.Fields) {
		all = append(all, cloned(hop))
	}
	p.proto = x.Scheme
	if host := lastMember(x.Fields, "X-Forwarded-Host"); isAuthority(host) {
		p.host = cloned(host)
	}
	var elements []string
	for _, hop := range all {
		elements = append(elements, "for="+node(hop))
	}
	p.forwardedFor = strings.Join(append(all, x.peer), ", ")
	p.forwarded = strings.Join(append(elements, element(x.peer, p.host, p.proto)), ", ")
	return p
}

// connection is what the connection shows. Its requests mostly tell the same, and
// then the texts of the last one are used again.
func (x *exchange) connection() provenance {
	if t := x.told; t != nil && t.forwardedFor == x.Client && t.proto == x.Scheme && t.host == x.Host {
		return *t
	}
	host := cloned(x.Host)
	p := provenance{forwardedFor: x.Client, proto: x.Scheme, host: host, forwarded: element(x.Client, host, x.Scheme)}
	if x.told != nil {
		*x.told = p
	}
	return p
}

// maxHops bounds the addresses that are read of one request.
const maxHops = 32

// hops are the addresses that X-Forwarded-For, or else Forwarded, names, the
// newest last. What is no address ends the list to its left: nobody who stands
// before it can be believed.
func hops(f cache.Fields) []string {
	list, of := joined(f, "X-Forwarded-For"), addressOf
	if list == "" {
		list, of = joined(f, "Forwarded"), forOf
	}
	var chain []string
	members := strings.Split(list, ",")
	for i := len(members) - 1; i >= 0 && len(chain) < maxHops; i-- {
		address, ok := of(strings.Trim(members[i], " \t"))
		if !ok {
			break
		}
		chain = append([]string{address}, chain...)
	}
	return chain
}

// addressOf reads an address with or without a port.
func addressOf(text string) (string, bool) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.Unmap().String(), true
	}
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().String(), true
	}
	if ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")); err == nil {
		return ip.Unmap().String(), true
	}
	return "", false
}

// forOf reads the for parameter of one element of Forwarded (RFC 7239 section 4).
// Obfuscated and unknown nodes are no address.
func forOf(element string) (string, bool) {
	for pair := range strings.SplitSeq(element, ";") {
		name, value, found := strings.Cut(pair, "=")
		if found && isName(strings.Trim(name, " \t"), "for") {
			return addressOf(strings.Trim(value, " \t\""))
		}
	}
	return "", false
}

// joined are a field's lines as one list.
func joined(f cache.Fields, name string) string {
	var list string
	for value := range f.All(name) {
		if list != "" {
			list += ","
		}
		list += value
	}
	return list
}

// lastMember is what the nearest proxy said.
func lastMember(f cache.Fields, name string) string {
	list := joined(f, name)
	return strings.Trim(list[strings.LastIndexByte(list, ',')+1:], " \t")
}

// element is one element of Forwarded.
func element(address, host, proto string) string {
	text := "for=" + node(address) + ";proto=" + proto
	if host != "" {
		text += `;host="` + host + `"`
	}
	return text
}

// node writes an address; those of IPv6 stand in brackets and quotes.
func node(address string) string {
	if strings.IndexByte(address, ':') >= 0 {
		return `"[` + address + `]"`
	}
	return address
}

package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard is nil for a request that may go on. A refused one learns the first
// reason only. open: the endpoint asks for no token.
func (s *server) guard(r *http.Request, open bool) *problem {
	// Without a token the loopback address is the lock. A page on the web opens it
	// when its own name resolves to 127.0.0.1, but then Host is that name.
	if s.token == "" && !loopback(r.Host) {
		return &problem{http.StatusForbidden, "host_not_loopback", "Forbidden",
			"Without a token the admin API answers only to a loopback Host, such as localhost. Set admin.token to use another."}
	}
	if err := s.crossSite.Check(r); err != nil {
		return &problem{http.StatusForbidden, "cross_site", "Forbidden",
			"The admin API takes no changes from pages of other sites."}
	}
	if s.token != "" && !open && !s.authorized(r) {
		return &problem{http.StatusUnauthorized, "unauthorized", "Unauthorized",
			"Send the admin token as \"Authorization: Bearer TOKEN\"."}
	}
	return nil
}

// authorized takes the same time for every wrong token. The hashes hide its length.
func (s *server) authorized(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") { // RFC 9110 section 11.1
		return false
	}
	given, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(s.token))
	return subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

// loopback takes localhost, 127.0.0.0/8 and [::1], with any port or none.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

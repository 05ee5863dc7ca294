package proxy

import "github.com/afterburner-gateway/afterburner/cache"

// solo is the memory of a request that goes on alone, made for the first one of an
// exchange object and kept for the next. Nobody reads of it any more when the body
// of the upstream's response is closed: so it is given back with the exchange.
type solo struct {
	order   order
	fetched fetched
	body    fetchedBody
	kept    cache.Fields // the response's, as they are passed on
	inform  func(status int, fields [][2]string)
}

// alone returns it.
func (x *exchange) alone() *solo {
	if x.solo == nil {
		x.solo = &solo{inform: x.Inform}
	}
	return x.solo
}

// reset lets go of what belongs to the request. Nothing is done for a hit.
func (s *solo) reset() {
	if s == nil || s.order.gen == nil {
		return
	}
	clear(s.kept)
	clear(s.order.request.Fields)
	fields := s.order.request.Fields[:0]
	*s = solo{kept: s.kept[:0], inform: s.inform}
	s.order.request.Fields = fields
}

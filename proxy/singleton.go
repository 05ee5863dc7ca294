package proxy

// singletons are the fields that may come but once (RFC 9110 section 5.3) and by
// which one reader's first and another's last are two requests. Host and the
// framing have rules of their own.
type singletons uint8

const (
	onceRange singletons = 1 << iota
	onceIfRange
	onceContentType
	onceMaxForwards
	onceAuthorization
	onceContentRange
	onceIfModifiedSince
	onceIfUnmodifiedSince
)

// singleton is a field's bit; 0: it may come more often.
func singleton(name string) singletons {
	switch len(name) {
	case len("Range"):
		return onceRange.of(name, "Range")
	case len("If-Range"):
		return onceIfRange.of(name, "If-Range")
	case len("Content-Type"):
		return onceContentType.of(name, "Content-Type") | onceMaxForwards.of(name, "Max-Forwards")
	case len("Authorization"):
		return onceAuthorization.of(name, "Authorization") | onceContentRange.of(name, "Content-Range")
	case len("If-Modified-Since"):
		return onceIfModifiedSince.of(name, "If-Modified-Since")
	case len("If-Unmodified-Since"):
		return onceIfUnmodifiedSince.of(name, "If-Unmodified-Since")
	}
	return 0
}

func (s singletons) of(name, field string) singletons {
	if isName(name, field) {
		return s
	}
	return 0
}

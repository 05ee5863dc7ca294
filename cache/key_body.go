package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// KeysBody tells whether requests by this method are taken like a GET, with their
// body in the key (BodyMethods).
func (p *Policy) KeysBody(method string) bool { return slices.Contains(p.BodyMethods, method) }

// takes tells whether answers to this method may come from the store.
func (p *Policy) takes(method string) bool {
	return method == "GET" || method == "HEAD" || p.KeysBody(method)
}

// AppendBody appends to a key of KeyRules.Append what tells requests of KeysBody
// apart: a NUL, the method, and the SHA-256 of the body and of the fields that say
// how to read it. The URL part stays as it was, so a purge of the URL covers it.
func AppendBody(dst []byte, method string, f Fields, body []byte) []byte {
	var fields []byte
	for _, name := range []string{"Content-Type", "Content-Encoding", "Content-Language"} {
		fields = appendLines(fields, name, f)
	}
	hash := sha256.New()
	hash.Write(fields) // with lengths, so that it cannot be continued by a body
	hash.Write(body)
	dst = append(append(append(dst, 0), method...), ' ')
	return hex.AppendEncode(dst, hash.Sum(nil))
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// compare says how the gateway's answer to a request differs from the direct
// one, or "" if the user cannot tell them apart and it is his own.
func compare(r request, direct, gateway response) string {
	switch {
	case direct.err != nil:
		return fmt.Sprintf("%s directly: %v", r.path, direct.err)
	case gateway.err != nil:
		return fmt.Sprintf("%s through the gateway: %v", r.path, gateway.err)
	case direct.status != gateway.status:
		return fmt.Sprintf("%s: status %d directly, %d through the gateway", r.path, direct.status, gateway.status)
	case direct.contentType != gateway.contentType:
		return fmt.Sprintf("%s: Content-Type %q directly, %q through the gateway", r.path, direct.contentType, gateway.contentType)
	case !bytes.Equal(direct.body, gateway.body):
		return fmt.Sprintf("%s: the bodies differ (%d and %d bytes)", r.path, len(direct.body), len(gateway.body))
	}
	return belongs(r, gateway)
}

// belongs says whose answer a personal request got if it is not the user's own.
func belongs(r request, got response) string {
	if r.user == 0 || got.status != r.status {
		return ""
	}
	var answer struct {
		User struct {
			ID int64 `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal(got.body, &answer); err != nil {
		return fmt.Sprintf("%s for user %d: %v", r.path, r.user, err)
	}
	if answer.User.ID != r.user {
		return fmt.Sprintf("%s for user %d: the answer is user %d's", r.path, r.user, answer.User.ID)
	}
	return ""
}

// sameJSON says whether two texts are the same JSON, whatever their white space.
func sameJSON(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
)

// A specimen is a body that says whose answer it is, and whether it is whole:
// the id that was asked for, and the checksum of what follows it.
type specimen struct {
	ID   string `json:"id"`
	Sum  uint32 `json:"sum"`
	Text string `json:"text"`
}

// newSpecimen is a body of up to size bytes or so, another one each time.
func newSpecimen(id string, size int, dice *rand.Rand) []byte {
	var text strings.Builder
	for text.Len() < size {
		fmt.Fprintf(&text, "%s %x ", id, dice.Uint64())
		text.WriteString(strings.Repeat("slow ", dice.IntN(40)))
	}
	body, _ := json.Marshal(specimen{ID: id, Sum: crc32.ChecksumIEEE([]byte(text.String())), Text: text.String()})
	return body
}

// checkWhole tells what is wrong with a body that looks whole.
func checkWhole(id string, body []byte) error {
	var s specimen
	switch err := json.Unmarshal(body, &s); {
	case err != nil && checkPart(id, body) != nil:
		return checkPart(id, body)
	case err != nil:
		return fmt.Errorf("a truncated or mixed body looks whole: %w: %d bytes, %s", err, len(body), ends(body))
	case s.ID != id:
		return fmt.Errorf("the body of another: %q", s.ID)
	case s.Sum != crc32.ChecksumIEEE([]byte(s.Text)):
		return errors.New("a mixed body looks whole: its checksum is wrong")
	}
	return nil
}

// checkPart tells whether the beginning of a body is another's.
func checkPart(id string, part []byte) error {
	want := `{"id":"` + id + `",`
	n := min(len(part), len(want))
	if string(part[:n]) != want[:n] {
		return fmt.Errorf("the body of another begins %q", part[:n])
	}
	return nil
}

func ends(b []byte) string {
	if len(b) <= 120 {
		return fmt.Sprintf("%q", b)
	}
	return fmt.Sprintf("%q ... %q", b[:60], b[len(b)-60:])
}

// isProblem tells one of the gateway's own answers.
func isProblem(contentType string) bool { return contentType == "application/problem+json" }

func checkProblem(body []byte) error {
	var p struct{ Type string }
	if err := json.Unmarshal(body, &p); err != nil || !strings.HasPrefix(p.Type, "urn:afterburner:problem:") {
		return fmt.Errorf("a problem cannot be read: %w: %s", err, ends(body))
	}
	return nil
}

package batch

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseJSON reads a batch in the JSON format. An error is an *Error. The JSON
// must be I-JSON (RFC 7493): UTF-8, no member twice in one object; it may nest
// 10,000 deep. Members that are not of the format are ignored, as OData asks,
// but for those that would change the meaning: see unsupported.
func ParseJSON(body []byte, limits Limits) ([]Item, error) {
	if int64(len(body)) > limits.MaxBody {
		return nil, &Error{413, "", fmt.Sprintf("the batch has %d bytes, more than the %d allowed", len(body), limits.MaxBody)}
	}
	p := &jsonParser{
		dec:      jsontext.NewDecoder(bytes.NewBuffer(body)),
		maxItems: limits.MaxItems,
		places:   make(map[string]int),
	}
	if fault := p.batch(); fault != nil {
		return nil, fault
	}
	return p.items, nil
}

// A jsonParser reads one batch.
type jsonParser struct {
	dec      *jsontext.Decoder
	maxItems int
	items    []Item
	places   map[string]int // of each id
}

// batch reads the outer object and what is behind it: nothing.
func (p *jsonParser) batch() *Error {
	if fault := p.open('{', "", "the batch is not an object"); fault != nil {
		return fault
	}
	for p.dec.PeekKind() != '}' {
		name, err := p.dec.ReadToken()
		if err != nil {
			return p.malformed(err)
		}
		if name.String() != "requests" {
			if err := p.dec.SkipValue(); err != nil {
				return p.malformed(err)
			}
			continue
		}
		if fault := p.list(); fault != nil {
			return fault
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return p.malformed(err)
	}
	if err := p.end(); err != nil {
		return p.malformed(err)
	}
	if len(p.items) == 0 {
		return &Error{400, "", `the batch has no items: "requests" is missing or empty`}
	}
	return nil
}

// end reads what is behind the batch; only white space may be.
func (p *jsonParser) end() error {
	switch _, err := p.dec.ReadToken(); {
	case err == nil:
		return errors.New("something follows the batch")
	case err != io.EOF:
		return err
	}
	return nil
}

// list reads the items.
func (p *jsonParser) list() *Error {
	if fault := p.open('[', "", `"requests" is not a list`); fault != nil {
		return fault
	}
	for p.dec.PeekKind() != ']' {
		if len(p.items) == p.maxItems {
			return &Error{413, "", fmt.Sprintf("the batch has more than the %d items allowed", p.maxItems)}
		}
		if fault := p.item(); fault != nil {
			return fault
		}
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return p.malformed(err)
	}
	return nil
}

// item reads one item and checks it.
func (p *jsonParser) item() *Error {
	raw := rawItem{place: fmt.Sprintf("requests[%d]", len(p.items))}
	if fault := p.members(&raw); fault != nil {
		return fault
	}
	item, fault := raw.item()
	if fault != nil {
		return fault
	}
	if first, taken := p.places[item.ID]; taken {
		return raw.fault("the id is that of requests[%d] too", first)
	}
	p.places[item.ID] = len(p.items)
	p.items = append(p.items, item)
	return nil
}

// members sorts the members of an item; what they hold is looked at when all are
// there, so that a fault can name the id.
func (p *jsonParser) members(raw *rawItem) *Error {
	if fault := p.open('{', raw.place, "the item is not an object"); fault != nil {
		return fault
	}
	for p.dec.PeekKind() != '}' {
		token, err := p.dec.ReadToken()
		if err != nil {
			return p.malformed(err)
		}
		name := token.String()
		value, err := p.dec.ReadValue()
		if err != nil {
			return p.malformed(err)
		}
		raw.keep(name, value)
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return p.malformed(err)
	}
	return nil
}

// open reads the beginning of an object or a list; otherwise says what is wrong.
func (p *jsonParser) open(kind jsontext.Kind, place, otherwise string) *Error {
	token, err := p.dec.ReadToken()
	if err != nil {
		return p.malformed(err)
	}
	if token.Kind() != kind {
		return &Error{400, place, otherwise}
	}
	return nil
}

// malformed says where the JSON breaks, in bytes from its beginning.
func (p *jsonParser) malformed(err error) *Error {
	at := p.dec.InputOffset()
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		at, err = syntax.ByteOffset, syntax.Err
	}
	why := err.Error()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		why = fmt.Sprintf("member %q stands twice", clip(syntax.JSONPointer.LastToken()))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		why = "it ends too early"
	}
	return &Error{400, "", fmt.Sprintf("malformed JSON at byte %d: %s", at, why)}
}

// clip keeps what a client sent short enough for a message.
func clip(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return s[:most] + "..."
}

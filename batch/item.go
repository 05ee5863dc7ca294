package batch

// An Item is one request of a batch. It holds nothing of the bytes it was parsed
// from.
type Item struct {
	// ID is the client's name for it, unique in the batch; Number tells that it
	// was a JSON number, to be given back as one, digit for digit.
	ID     string
	Number bool
	// Method is a token, as sent; GET where none was.
	Method string
	// URL is a path with or without a query: it begins with one "/" and has
	// neither scheme, authority nor fragment, only visible ASCII, at most 8 KiB.
	URL string
	// Fields are the request fields, without those that belong to the connection
	// or to the gateway. Names are tokens, values hold no control characters.
	Fields [][2]string
	// Body is nil where there is none.
	Body []byte
	// Budget is how many bytes the answer's fields and body may have, at least 1.
	// The Runner sets it just before it calls Do.
	Budget int64
}

// An Answer is the response to an item, without content coding.
type Answer struct {
	// Status is a final status code, 200 to 999.
	Status int
	// Fields are the response fields.
	Fields [][2]string
	// Body may be shared with other answers: nobody changes it.
	Body []byte
	// JSON tells that Body is known to be one valid JSON value in UTF-8.
	JSON bool
}

// size is what counts towards a Runner's MaxResponse.
func (a *Answer) size() int64 {
	size := len(a.Body)
	for _, field := range a.Fields {
		size += len(field[0]) + len(field[1])
	}
	return int64(size)
}

// Limits bound a batch request.
type Limits struct {
	// MaxItems is how many items it may hold, at least 1.
	MaxItems int
	// MaxBody is how many bytes it may have.
	MaxBody int64
}

// An Error is why a batch is refused as a whole, in words for its sender.
type Error struct {
	// Status is 400, or 413 where a limit is exceeded.
	Status int
	// Item is the place of the item at fault, with its id where it is known:
	// requests[3] (id "a"). "" where no single item is.
	Item string
	// Detail says what is wrong.
	Detail string
}

func (e *Error) Error() string {
	if e.Item == "" {
		return e.Detail
	}
	return e.Item + ": " + e.Detail
}

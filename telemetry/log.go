package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger writes the gateway's own log, from Info up: JSON for machines, else
// one line of key=value pairs a message.
func NewLogger(w io.Writer, json bool) *slog.Logger {
	if json {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

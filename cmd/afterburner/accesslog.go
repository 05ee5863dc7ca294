package main

import (
	"fmt"
	"io"
	"os"

	"github.com/mattn/go-isatty"

	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// openAccessLog opens the output that the configuration names.
func (s *service) openAccessLog(t *telemetry.Telemetry, c config.AccessLog) (*telemetry.AccessLog, error) {
	output, err := s.output(c.Output)
	if err != nil {
		return nil, fmt.Errorf("open the access log %s: %w; choose another telemetry.access_log.output", c.Output, err)
	}
	format := telemetry.Format(c.Format)
	if format == "" {
		format = telemetry.JSON
		if isTerminal(output) {
			format = telemetry.Text
		}
	}
	return t.AccessLog(output, format), nil
}

func (s *service) output(name string) (io.Writer, error) {
	switch name {
	case "stdout":
		return s.stdout, nil
	case "stderr":
		return s.stderr, nil
	}
	return os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

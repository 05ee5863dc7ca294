package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far the rounds are, on a terminal alone.
type progress struct {
	bar    *progressbar.ProgressBar // nil: nobody looks
	stderr io.Writer
}

func newProgress(stderr io.Writer) *progress { return &progress{stderr: stderr} }

func (p *progress) begin(total int) {
	file, ok := p.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(p.stderr),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
	)
}

// at names what is measured now.
func (p *progress) at(scenario, contender string) {
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%-7s%-12s", scenario, contender))
	}
}

func (p *progress) add() {
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
}

// end clears the line, also where not all was done.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprint(p.stderr, "\r")
	}
}

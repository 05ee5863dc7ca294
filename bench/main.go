package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// options are the command's flags.
type options struct {
	gateway  string
	rounds   int
	duration time.Duration
	scenario string
	only     string
	profile  string
	json     bool
}

func main() {
	// Servers are asked to end when the thread that started them does.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 2 && args[0] == "origin" { // how the harness starts its origin
		return runOrigin(ctx, args[1])
	}
	opts, err := parse(args, stderr)
	if err != nil {
		return err
	}
	chosen, err := choose(scenarios(), func(s scenario) string { return s.name }, opts.scenario)
	if err != nil {
		return fmt.Errorf("-scenario: %w", err)
	}
	var h house
	defer h.close()
	if err := h.open(ctx, opts, stderr); err != nil {
		return err
	}
	rep, err := h.compare(ctx, opts, chosen, newProgress(stderr))
	if err != nil {
		return err
	}
	if err := rep.write(stdout, opts.json); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// runOrigin serves until the context ends.
func runOrigin(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("start the origin: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	if err := newOrigin().serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}

func parse(args []string, stderr io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opts.gateway, "gateway", "bin/afterburner", "the gateway's `binary`")
	flags.IntVar(&opts.rounds, "rounds", 5, "measures of each contender; less than 5 show nothing")
	flags.DurationVar(&opts.duration, "duration", 3*time.Second, "of one measure, in whole seconds")
	flags.StringVar(&opts.scenario, "scenario", "all", "`names` with commas: pass, hit1k, hit10k, hit64k")
	flags.StringVar(&opts.only, "only", "all", "contenders, `names` with commas: afterburner, nginx, haproxy, varnish")
	flags.StringVar(&opts.profile, "profile", "", "write a CPU profile of the gateway for each scenario into this `directory`")
	flags.BoolVar(&opts.json, "json", false, "print JSON instead of tables")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.rounds < 1:
		return options{}, fmt.Errorf("-rounds %d: want at least 1", opts.rounds)
	case opts.duration < time.Second || opts.duration%time.Second != 0:
		return options{}, fmt.Errorf("-duration %v: want whole seconds, at least 1s", opts.duration)
	}
	return opts, nil
}

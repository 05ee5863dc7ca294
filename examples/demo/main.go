package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// limit is how long the demo may take in all, without -keep.
const limit = 115 * time.Second

// options are the command's flags.
type options struct {
	slowAPI, gateway, config string
	format                   string
	keep                     bool
	seed                     uint64
	requests, concurrency    int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run measures, reports and judges. Whatever it started has ended when it
// returns.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	opts, err := parse(args, stderr)
	if err != nil {
		return err
	}
	began := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it did not end within %v", limit))
	defer cancel()
	shop, err := open(limited, opts)
	defer shop.close()
	if err != nil {
		return because(limited, err)
	}
	result, err := measure(limited, shop, opts, newProgress(stderr))
	if err != nil {
		return because(limited, err)
	}
	result.took = time.Since(began)
	if err := result.write(stdout, opts.format); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if opts.keep {
		shop.invite(stdoutOr(stderr, stdout, opts.format))
		<-ctx.Done()
	}
	return result.judge()
}

// because puts the reason that a context ended in place of the error it caused.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// stdoutOr keeps standard output to the JSON alone where that is the format.
func stdoutOr(stderr, stdout io.Writer, format string) io.Writer {
	if format == "json" {
		return stderr
	}
	return stdout
}

func parse(args []string, stderr io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&opts.slowAPI, "slow-api", "bin/slow-api", "the slow API's `binary`")
	flags.StringVar(&opts.gateway, "gateway", "bin/afterburner", "the gateway's `binary`")
	flags.StringVar(&opts.config, "config", "examples/products.yaml", "the gateway's configuration `file`")
	flags.StringVar(&opts.format, "format", "table", "of the report: table or json")
	flags.BoolVar(&opts.keep, "keep", false, "leave both running after the report, until Ctrl-C")
	flags.Uint64Var(&opts.seed, "seed", 1, "seed of the data and of the workload")
	flags.IntVar(&opts.requests, "requests", 2400, "requests to each of the two, at least 100")
	flags.IntVar(&opts.concurrency, "concurrency", 16, "clients at once, each waiting for its answer, at least 1")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch {
	case flags.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.format != "table" && opts.format != "json":
		return options{}, fmt.Errorf("-format %q: want table or json", opts.format)
	case opts.requests < blockSize:
		return options{}, fmt.Errorf("-requests %d: want at least %d", opts.requests, blockSize)
	case opts.concurrency < 1:
		return options{}, fmt.Errorf("-concurrency %d: want at least 1", opts.concurrency)
	}
	return opts, nil
}

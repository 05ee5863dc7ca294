package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/afterburner-gateway/afterburner/admin"
	"github.com/afterburner-gateway/afterburner/config"
	"github.com/afterburner-gateway/afterburner/proxy"
	"github.com/afterburner-gateway/afterburner/telemetry"
)

// live is the running configuration and all that may replace it: whole, or not
// at all and loudly.
//
//	read and check - open new listeners - build - swap one pointer - the old leave
//
// Each step before the swap may fail and leaves everything as it was.
type live struct {
	source    source
	gateway   *proxy.Gateway
	telemetry *telemetry.Telemetry
	log       *slog.Logger
	stderr    io.Writer
	started   time.Time
	fronts    *fronts
	back      *back
	manager   notifier

	mu       sync.Mutex // one reload at a time
	config   *config.Config
	hash     string // of config
	loadedAt time.Time
	last     *admin.LastTry
	tried    digest // of the file's content at the last try
	ending   bool   // a signal came: nothing is taken over any more
}

// take makes a checked configuration the running one.
func (l *live) take(ctx context.Context, c *config.Config) error {
	front, err := l.fronts.prepare(ctx, c.Listen, l.config)
	if err != nil {
		return err
	}
	back, err := l.back.prepare(ctx, c.Admin.Listen, l.config)
	if err == nil && l.config != nil { // the first was given to proxy.New
		err = l.gateway.Configure(c)
	}
	if err != nil {
		for _, opened := range []io.Closer{front, back} {
			if opened != nil {
				_ = opened.Close()
			}
		}
		return err
	}
	l.config, l.hash, l.loadedAt = c, hash(c), time.Now()
	l.fronts.use(front, c)
	l.back.use(back, admin.New(admin.Options{
		Token: c.Admin.Token, Gateway: l, Metrics: l.telemetry.Handler(), Logger: l.log,
	}))
	return nil
}

// Reload reads the source again and takes it over. The errors are those that
// admin.Gateway names.
func (l *live) Reload(ctx context.Context) (admin.ReloadResult, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reload(ctx)
}

// reloadChanged reloads unless the file is as it was at the last try.
func (l *live) reloadChanged(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if contentOf(l.source.file) != l.tried {
		_, _ = l.reload(ctx) // it is loud by itself
	}
}

// reload runs under the lock.
func (l *live) reload(ctx context.Context) (admin.ReloadResult, error) {
	if err := l.refusal(); err != nil {
		l.log.Warn("configuration not reloaded", "reason", err.Detail)
		return admin.ReloadResult{}, err
	}
	l.manager.reloading()
	l.tried = contentOf(l.source.file)
	c, faults, err := l.source.read(l.config)
	if err == nil && len(faults.Errors()) > 0 {
		err = &admin.InvalidConfig{Faults: adminFaults(faults)}
	}
	if err == nil {
		err = l.take(context.WithoutCancel(ctx), c)
	}
	l.note(faults, err)
	if _, invalid := errors.AsType[*admin.InvalidConfig](err); err != nil && !invalid {
		err = &admin.Refusal{Status: http.StatusConflict, Detail: err.Error()}
	}
	if err != nil {
		return admin.ReloadResult{}, err
	}
	return admin.ReloadResult{Hash: l.hash, Warnings: adminFaults(faults)}, nil
}

// refusal says why there is nothing to try; nil: there is.
func (l *live) refusal() *admin.Refusal {
	switch {
	case l.ending:
		return &admin.Refusal{Status: http.StatusConflict, Detail: "The gateway is leaving and takes no configuration any more."}
	case l.source.file == "":
		return &admin.Refusal{Status: http.StatusConflict, Detail: "There is no file to reload: the gateway runs with --upstream alone."}
	}
	return nil
}

// note tells everybody how the try went.
func (l *live) note(faults config.Faults, err error) {
	now := time.Now()
	l.last = &admin.LastTry{At: now, OK: err == nil, Faults: adminFaults(faults)}
	l.telemetry.Reloaded(err == nil, now)
	l.manager.reloaded(err)
	if err == nil {
		l.log.Info("configuration reloaded", "source", l.source.name(), "hash", l.hash)
		return
	}
	l.last.Error = err.Error()
	sayFaults(faults, l.stderr)
	l.log.Error("configuration not reloaded, the one before goes on", "source", l.source.name(), "error", err)
}

// adminFaults are faults as the admin API shows them.
func adminFaults(faults config.Faults) []admin.Fault {
	list := make([]admin.Fault, 0, len(faults))
	for _, f := range faults {
		severity := admin.SeverityError
		if f.Warning {
			severity = admin.SeverityWarning
		}
		list = append(list, admin.Fault{
			File: f.File, Line: f.Line, Column: f.Column,
			Path: f.Path, Message: f.Message, Severity: severity,
		})
	}
	return list
}

// Ready says why the gateway should not get requests.
func (l *live) Ready() error { return l.gateway.Ready() }

// Purge removes what p names.
func (l *live) Purge(_ context.Context, p admin.Purge) (admin.PurgeResult, error) {
	var err error
	switch {
	case p.All:
		l.gateway.PurgeAll(p.Soft)
	case p.Tag != "":
		l.gateway.PurgeTag(p.Tag, p.Soft)
	case p.Prefix != "":
		err = l.gateway.PurgePrefix(p.Prefix, p.Soft)
	default:
		err = l.gateway.PurgeURL(p.URL, p.Soft)
	}
	if err != nil {
		return admin.PurgeResult{}, &admin.Refusal{Status: http.StatusBadRequest, Detail: err.Error()}
	}
	return admin.PurgeResult{}, nil
}

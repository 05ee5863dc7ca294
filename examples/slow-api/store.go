package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed schema.sql
var schema string

// store is the shop's database behind its only connection.
//
// Rows are read to the end before the next query begins: with one connection,
// a query inside an open result would wait for itself.
type store struct {
	db *sql.DB
	// queries counts what was sent to the database.
	queries atomic.Int64
}

// openStore opens the database file and fills it from the shape's seed if it
// is new. A file that was made from another shape is an error.
func openStore(ctx context.Context, path string, want shape) (*store, error) {
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "_pragma=synchronous(OFF)"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	s := &store{db: db}
	if err := s.prepare(ctx, want); err != nil {
		s.close()
		return nil, fmt.Errorf("prepare database %s: %w", path, err)
	}
	return s, nil
}

func (s *store) close() { _ = s.db.Close() }

func (s *store) prepare(ctx context.Context, want shape) error {
	made, err := s.isMade(ctx)
	if err != nil {
		return err
	}
	if !made {
		return fill(ctx, s.db, want)
	}
	var got shape
	err = s.db.QueryRowContext(ctx, `SELECT seed, products FROM shape`).Scan(&got.seed, &got.products)
	if err != nil {
		return fmt.Errorf("read its shape: %w", err)
	}
	if got.seed != want.seed || got.products != want.products {
		return fmt.Errorf("it was made with -seed %d -products %d; remove it or start with these", got.seed, got.products)
	}
	return nil
}

func (s *store) isMade(ctx context.Context) (bool, error) {
	var tables int
	err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&tables)
	return tables > 0, err
}

// row reads one row into the destinations; sql.ErrNoRows where there is none.
func (s *store) row(ctx context.Context, query string, args []any, into ...any) error {
	s.queries.Add(1)
	return s.db.QueryRowContext(ctx, query, args...).Scan(into...)
}

// rows reads a whole result, calling scan for each row.
func (s *store) rows(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	s.queries.Add(1)
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// insert writes one row and returns its id.
func (s *store) insert(ctx context.Context, query string, args ...any) (int64, error) {
	s.queries.Add(1)
	result, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

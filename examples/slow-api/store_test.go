package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachReviewCostsAQueryForItsAuthor(t *testing.T) {
	db := newTestStore(t, small)
	before := db.queries.Load()
	list, err := db.reviews(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Data) == 0 {
		t.Fatal("product 7 has no reviews, want some")
	}
	// One for the product, one for its reviews, one an author.
	if got, want := db.queries.Load()-before, int64(2+len(list.Data)); got != want {
		t.Errorf("%d reviews took %d queries, want %d", len(list.Data), got, want)
	}
}

func TestTheDefaultDataIsLarge(t *testing.T) {
	db := newTestStore(t, defaultShape())
	for table, want := range map[string]int{
		"products": 5000, "categories": 20, "reviews": 20000, "orders": 10000, "users": 500,
	} {
		var got int
		if err := db.row(t.Context(), `SELECT count(*) FROM `+table, nil, &got); err != nil || got != want {
			t.Errorf("%s has %d rows (%v), want %d", table, got, err, want)
		}
	}
}

func TestNoQueryHasAnIndex(t *testing.T) {
	db := newTestStore(t, small)
	var indexes int
	err := db.row(t.Context(), `SELECT count(*) FROM sqlite_master WHERE type = 'index'`, nil, &indexes)
	if err != nil || indexes != 0 {
		t.Errorf("%d indexes, %v; want none", indexes, err)
	}
}

func TestADatabaseIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop ?#%.db") // a name that a URL would read otherwise
	first, err := openStore(t.Context(), path, small)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.addOrder(t.Context(), 1, user{ID: 7}, 1); err != nil {
		t.Fatal(err)
	}
	first.close()
	second, err := openStore(t.Context(), path, small)
	if err != nil {
		t.Fatal(err)
	}
	defer second.close()
	var orders int
	if err := second.row(t.Context(), `SELECT count(*) FROM orders`, nil, &orders); err != nil || orders != 121 {
		t.Errorf("after a second start there are %d orders (%v), want the 120 made and the one written", orders, err)
	}
}

func TestADatabaseOfAnotherShapeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	first, err := openStore(t.Context(), path, small)
	if err != nil {
		t.Fatal(err)
	}
	first.close()
	_, err = openStore(t.Context(), path, shape{seed: 2, products: 60})
	want := "prepare database " + path + ": it was made with -seed 1 -products 60; remove it or start with these"
	if err == nil || err.Error() != want {
		t.Errorf("openStore: %v, want %s", err, want)
	}
}

func TestEdits(t *testing.T) {
	rows := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"same", "same", 0}, {"flaw", "lawn", 2}}
	for _, row := range rows {
		if got := edits(row.a, row.b); got != row.want {
			t.Errorf("edits(%q, %q) = %d, want %d", row.a, row.b, got, row.want)
		}
	}
}

func TestRunServesUntilItIsTold(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	lines, stderr := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-products", "20"}, stderr)
		stderr.Close()
	}()
	said := bufio.NewScanner(lines)
	for said.Scan() {
		if base, ok := strings.CutPrefix(said.Text(), "listening on "); ok {
			res, err := http.Get(base + "/healthz")
			if err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("GET /healthz: %v %v", res, err)
			}
			stop()
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestFaultyFlags(t *testing.T) {
	rows := []struct{ args, want string }{
		{"-products 3", "-products 3: want at least 20, one a category"},
		{"extra", `unexpected argument "extra"`},
	}
	for _, row := range rows {
		if err := run(t.Context(), strings.Fields(row.args), io.Discard); err == nil || err.Error() != row.want {
			t.Errorf("run %s: %v, want %s", row.args, err, row.want)
		}
	}
}

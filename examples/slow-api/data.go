package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// shape is how much data there is, and the seed it is made from. The counts are
// of rows; the rest of a table follows from the number of products.
type shape struct {
	seed     uint64
	products int
}

const (
	categoryCount     = 20
	userCount         = 500
	reviewsPerProduct = 4
	ordersPerProduct  = 2
)

func defaultShape() shape { return shape{seed: 1, products: 5000} }

// fill makes the whole data in one transaction, so that an interrupted first
// start leaves an empty file, not half a shop.
func fill(ctx context.Context, db *sql.DB, s shape) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fillTables(ctx, tx, s); err != nil {
		return errors.Join(fmt.Errorf("make the data: %w", err), tx.Rollback())
	}
	return tx.Commit()
}

func fillTables(ctx context.Context, tx *sql.Tx, s shape) error {
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	w := words{rand.New(rand.NewPCG(s.seed, 0))}
	tables := []struct {
		insert string
		count  int
		row    func(i int) []any
	}{
		{`INSERT INTO categories (id, name) VALUES (?, ?)`, categoryCount, w.category},
		{`INSERT INTO users (id, name, email) VALUES (?, ?, ?)`, userCount, w.user},
		{`INSERT INTO products (id, category_id, seller_id, price_cents, stock, name, summary, description)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, s.products, w.product},
		{`INSERT INTO reviews (product_id, user_id, rating, text) VALUES (?, ?, ?, ?)`,
			s.products * reviewsPerProduct, func(int) []any { return w.review(s.products) }},
		{`INSERT INTO orders (user_id, product_id, quantity, state) VALUES (?, ?, ?, ?)`,
			s.products * ordersPerProduct, func(int) []any { return w.order(s.products) }},
		{`INSERT INTO shape (seed, products) VALUES (?, ?)`, 1,
			func(int) []any { return []any{int64(s.seed), s.products} }},
	}
	for _, table := range tables {
		if err := fillTable(ctx, tx, table.insert, table.count, table.row); err != nil {
			return err
		}
	}
	return nil
}

func fillTable(ctx context.Context, tx *sql.Tx, insert string, count int, row func(i int) []any) error {
	statement, err := tx.PrepareContext(ctx, insert)
	if err != nil {
		return err
	}
	defer statement.Close()
	for i := range count {
		if _, err := statement.ExecContext(ctx, row(i)...); err != nil {
			return err
		}
	}
	return nil
}

// words makes up rows, the same ones from the same seed.
type words struct{ *rand.Rand }

func (w words) category(i int) []any { return []any{i + 1, categoryNames[i]} }

func (w words) user(i int) []any {
	name := w.pick(firstNames) + " " + w.pick(lastNames)
	email := fmt.Sprintf("%s.%d@example.com", strings.ToLower(strings.ReplaceAll(name, " ", ".")), i+1)
	return []any{i + 1, name, email}
}

func (w words) product(i int) []any {
	name := fmt.Sprintf("%s %s %s %d", w.pick(adjectives), w.pick(materials), w.pick(things), i+1)
	return []any{
		i + 1, i%categoryCount + 1, 1 + w.IntN(userCount), 199 + w.IntN(50000), w.IntN(300),
		name, w.phrase(18), w.phrase(45),
	}
}

func (w words) review(products int) []any {
	return []any{1 + w.IntN(products), 1 + w.IntN(userCount), 1 + w.IntN(5), w.phrase(16)}
}

func (w words) order(products int) []any {
	states := []string{"cart", "paid", "sent"}
	return []any{1 + w.IntN(userCount), 1 + w.IntN(products), 1 + w.IntN(4), w.pick(states)}
}

func (w words) pick(from []string) string { return from[w.IntN(len(from))] }

// phrase is n words that read a little like a shop's text.
func (w words) phrase(n int) string {
	lists := [][]string{adjectives, materials, things, fillers}
	picked := make([]string, n)
	for i := range picked {
		picked[i] = strings.ToLower(w.pick(lists[i%len(lists)]))
	}
	return strings.Join(picked, " ")
}

// Each list is read only.
var (
	categoryNames = []string{
		"Kitchen", "Garden", "Office", "Bathroom", "Bedroom", "Lighting", "Tools", "Toys", "Books", "Music",
		"Sports", "Camping", "Cycling", "Travel", "Pets", "Baby", "Health", "Fashion", "Audio", "Photo",
	}
	firstNames = []string{
		"Ada", "Alan", "Barbara", "Charles", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Ivan",
		"Joan", "Katherine", "Leslie", "Margaret", "Niklaus", "Ole", "Peter", "Radia", "Sophie", "Tony",
	}
	lastNames = []string{
		"Allen", "Bartik", "Clarke", "Dahl", "Engelbart", "Floyd", "Goldberg", "Hamilton", "Iverson", "Johnson",
		"Kay", "Liskov", "Moore", "Naur", "Perlman", "Ritchie", "Sammet", "Thompson", "Wilkes", "Wilson",
	}
	adjectives = []string{
		"Compact", "Sturdy", "Elegant", "Foldable", "Quiet", "Bright", "Classic", "Modern", "Robust", "Light",
		"Heavy", "Portable", "Smooth", "Warm", "Handy", "Simple", "Rustic", "Slim", "Deep", "Wide",
	}
	materials = []string{
		"Oak", "Steel", "Cotton", "Bamboo", "Leather", "Glass", "Copper", "Linen", "Ceramic", "Walnut",
		"Wool", "Marble", "Titanium", "Paper", "Cork", "Granite", "Silk", "Rubber", "Brass", "Pine",
	}
	things = []string{
		"Lamp", "Desk", "Chair", "Kettle", "Shelf", "Mug", "Clock", "Tent", "Bag", "Pan",
		"Mirror", "Table", "Hammer", "Basket", "Pillow", "Vase", "Speaker", "Tripod", "Helmet", "Bottle",
	}
	fillers = []string{
		"for", "with", "beside", "under", "made of", "without", "like", "and", "near", "from",
		"around", "inside", "above", "against", "between", "behind", "after", "before", "towards", "on",
	}
)

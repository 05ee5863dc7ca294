package main

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
)

const (
	pageSize     = 20
	relatedCount = 5
	searchLimit  = 50
)

// product is what /products/{id} and the list of ids answer.
type product struct {
	summary
	Description string    `json:"description"`
	Rating      rating    `json:"rating"`
	Related     []related `json:"related"`
}

// summary is a product as the lists show it.
type summary struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	CategoryID int64  `json:"category_id"`
	Category   string `json:"category"`
	Seller     string `json:"seller"`
	PriceCents int64  `json:"price_cents"`
	Stock      int64  `json:"stock"`
	Summary    string `json:"summary"`
	sellerID   int64
}

type rating struct {
	Average float64 `json:"average"`
	Count   int64   `json:"count"`
}

type related struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	PriceCents int64  `json:"price_cents"`
	Distance   int    `json:"distance"`
}

// page is one page of a list.
type page struct {
	Data  []summary `json:"data"`
	Page  int       `json:"page"`
	Total int64     `json:"total"`
}

const summaryColumns = `id, name, category_id, seller_id, price_cents, stock, summary`

func (p *summary) columns() []any {
	return []any{&p.ID, &p.Name, &p.CategoryID, &p.sellerID, &p.PriceCents, &p.Stock, &p.Summary}
}

// productsByID are the products of the ids in the order asked for; unknown ones
// are left out.
func (s *store) productsByID(ctx context.Context, ids []int64) ([]product, error) {
	found := make([]product, 0, len(ids))
	for _, id := range ids {
		var p product
		err := s.row(ctx, `SELECT `+summaryColumns+`, description FROM products WHERE id = ?`, []any{id},
			append(p.columns(), &p.Description)...)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := s.name(ctx, &p.summary); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	if err := s.rate(ctx, found); err != nil {
		return nil, err
	}
	return found, s.relate(ctx, found)
}

// name looks the category and the seller up, each with a query of its own.
func (s *store) name(ctx context.Context, p *summary) error {
	if err := s.row(ctx, `SELECT name FROM categories WHERE id = ?`, []any{p.CategoryID}, &p.Category); err != nil {
		return err
	}
	return s.row(ctx, `SELECT name FROM users WHERE id = ?`, []any{p.sellerID}, &p.Seller)
}

// rate reads all reviews of the shop once, however many products there are:
// the one thing that asking for several products at a time saves.
func (s *store) rate(ctx context.Context, products []product) error {
	if len(products) == 0 {
		return nil
	}
	ids := make([]any, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	ratings := make(map[int64]rating)
	err := s.rows(ctx, `SELECT product_id, avg(rating), count(*) FROM reviews
		WHERE product_id IN (?`+strings.Repeat(",?", len(ids)-1)+`) GROUP BY product_id`, ids,
		func(rows *sql.Rows) error {
			var id int64
			var r rating
			err := rows.Scan(&id, &r.Average, &r.Count)
			r.Average = math.Round(r.Average*100) / 100
			ratings[id] = r
			return err
		})
	for i := range products {
		products[i].Rating = ratings[products[i].ID]
	}
	return err
}

// relate finds the products of the same category whose summaries are the
// fewest edits away, then loads each of them by a query of its own.
func (s *store) relate(ctx context.Context, products []product) error {
	for i := range products {
		siblings, err := s.siblings(ctx, &products[i].summary)
		if err != nil {
			return err
		}
		products[i].Related = siblings
		for j := range siblings {
			r := &siblings[j]
			err := s.row(ctx, `SELECT name, price_cents FROM products WHERE id = ?`, []any{r.ID}, &r.Name, &r.PriceCents)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *store) siblings(ctx context.Context, p *summary) ([]related, error) {
	texts := make(map[int64]string)
	err := s.rows(ctx, `SELECT id, summary FROM products WHERE category_id = ? AND id <> ?`, []any{p.CategoryID, p.ID},
		func(rows *sql.Rows) error {
			var id int64
			var text string
			err := rows.Scan(&id, &text)
			texts[id] = text
			return err
		})
	if err != nil {
		return nil, err
	}
	siblings := make([]related, 0, len(texts))
	for id, text := range texts {
		siblings = append(siblings, related{ID: id, Distance: edits(p.Summary, text)})
	}
	slices.SortFunc(siblings, func(a, b related) int {
		if a.Distance != b.Distance {
			return a.Distance - b.Distance
		}
		return int(a.ID - b.ID)
	})
	return siblings[:min(relatedCount, len(siblings))], nil
}

// edits is the Levenshtein distance of two texts, in bytes.
func edits(a, b string) int {
	above, current := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		current[0] = i + 1
		for j := range len(b) {
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			current[j+1] = min(replace, above[j+1]+1, current[j]+1)
		}
		above, current = current, above
	}
	return above[len(b)]
}

// listPage is one page of a category's products, or of all with category 0.
func (s *store) listPage(ctx context.Context, category int64, number int) (page, error) {
	list := page{Page: number, Data: []summary{}}
	const in = ` FROM products WHERE (? = 0 OR category_id = ?)`
	err := s.row(ctx, `SELECT count(*)`+in, []any{category, category}, &list.Total)
	if err != nil {
		return page{}, err
	}
	list.Data, err = s.summaries(ctx, `SELECT `+summaryColumns+in+` ORDER BY name, id LIMIT ? OFFSET ?`,
		category, category, pageSize, (number-1)*pageSize)
	return list, err
}

// search is a LIKE over names and descriptions.
func (s *store) search(ctx context.Context, text string) (page, error) {
	data, err := s.summaries(ctx, `SELECT `+summaryColumns+` FROM products
		WHERE instr(lower(name), lower(?)) > 0 OR description LIKE '%' || ? || '%' ORDER BY name, id LIMIT ?`,
		text, text, searchLimit)
	return page{Data: data, Page: 1, Total: int64(len(data))}, err
}

func (s *store) summaries(ctx context.Context, query string, args ...any) ([]summary, error) {
	list := []summary{}
	err := s.rows(ctx, query, args, func(rows *sql.Rows) error {
		var p summary
		err := rows.Scan(p.columns()...)
		list = append(list, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		if err := s.name(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

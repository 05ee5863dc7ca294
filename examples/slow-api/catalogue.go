package main

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
)

const (
	rankingSample = 180 // products of a category that are compared with each other
	rankingLength = 10  // products that a ranking shows
)

type category struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Products int64  `json:"products"`
}

type ranking struct {
	Category string   `json:"category"`
	Compared int      `json:"compared"`
	Data     []ranked `json:"data"`
}

type ranked struct {
	ID    int64   `json:"id"`
	Name  string  `json:"name"`
	Score float64 `json:"score"`
	words []string
}

// categories counts each category's products by a query of its own.
func (s *store) categories(ctx context.Context) ([]category, error) {
	list := []category{}
	err := s.rows(ctx, `SELECT id, name FROM categories ORDER BY id`, nil, func(rows *sql.Rows) error {
		var c category
		err := rows.Scan(&c.ID, &c.Name)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range list {
		c := &list[i]
		err := s.row(ctx, `SELECT count(*) FROM products WHERE category_id = ?`, []any{c.ID}, &c.Products)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ranking orders the newest products of a category by how typical they are:
// each is compared with every other, for each request anew.
func (s *store) ranking(ctx context.Context, id int64) (ranking, error) {
	var r ranking
	if err := s.row(ctx, `SELECT name FROM categories WHERE id = ?`, []any{id}, &r.Category); err != nil {
		return ranking{}, err
	}
	err := s.rows(ctx, `SELECT id, name, summary FROM products WHERE category_id = ?
		ORDER BY id DESC LIMIT ?`, []any{id, rankingSample},
		func(rows *sql.Rows) error {
			var p ranked
			var text string
			err := rows.Scan(&p.ID, &p.Name, &text)
			p.words = strings.Fields(text)
			r.Data = append(r.Data, p)
			return err
		})
	if err != nil {
		return ranking{}, err
	}
	r.Compared = len(r.Data)
	score(r.Data)
	r.Data = r.Data[:min(rankingLength, len(r.Data))]
	return r, nil
}

// score sums up each product's likeness to all others and sorts by it; the id
// decides between equals.
func score(products []ranked) {
	for i := range products {
		p := &products[i]
		for j := range products {
			if i != j {
				p.Score += likeness(p.words, products[j].words)
			}
		}
		p.Score = math.Round(p.Score*1000) / 1000
	}
	slices.SortFunc(products, func(a, b ranked) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		default:
			return int(a.ID - b.ID)
		}
	})
}

// likeness is the share of words that two texts have in common, 0 to 1.
func likeness(a, b []string) float64 {
	common := 0
	for _, word := range a {
		if slices.Contains(b, word) {
			common++
		}
	}
	return float64(common) / float64(max(1, len(a)+len(b)-common))
}

package main

import (
	"context"
	"database/sql"
)

// user is who asks; every per-user answer names it.
type user struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email,omitempty"`
}

type account struct {
	User   user  `json:"user"`
	Orders int64 `json:"orders"`
}

// orders are a user's orders or, for /cart, what lies in the cart.
type orders struct {
	User user    `json:"user"`
	Data []order `json:"data"`
}

type order struct {
	ID        int64  `json:"id"`
	ProductID int64  `json:"product_id"`
	Product   string `json:"product"`
	Quantity  int64  `json:"quantity"`
	State     string `json:"state"`
}

type reviews struct {
	ProductID int64    `json:"product_id"`
	Data      []review `json:"data"`
}

type review struct {
	ID       int64  `json:"id"`
	Author   user   `json:"author"`
	Rating   int64  `json:"rating"`
	Text     string `json:"text"`
	authorID int64
}

func (s *store) user(ctx context.Context, id int64) (user, error) {
	u := user{ID: id}
	return u, s.row(ctx, `SELECT name, email FROM users WHERE id = ?`, []any{id}, &u.Name, &u.Email)
}

func (s *store) account(ctx context.Context, u user) (account, error) {
	a := account{User: u}
	err := s.row(ctx, `SELECT count(*) FROM orders WHERE user_id = ? AND state <> 'cart'`, []any{u.ID}, &a.Orders)
	return a, err
}

// orders reads the user's orders, then each product by a query of its own.
func (s *store) orders(ctx context.Context, u user, cart bool) (orders, error) {
	list := orders{User: u, Data: []order{}}
	err := s.rows(ctx, `SELECT id, product_id, quantity, state FROM orders
		WHERE user_id = ? AND (state = 'cart') = ? ORDER BY id`, []any{u.ID, cart},
		func(rows *sql.Rows) error {
			var o order
			err := rows.Scan(&o.ID, &o.ProductID, &o.Quantity, &o.State)
			list.Data = append(list.Data, o)
			return err
		})
	if err != nil {
		return orders{}, err
	}
	for i := range list.Data {
		o := &list.Data[i]
		if err := s.row(ctx, `SELECT name FROM products WHERE id = ?`, []any{o.ProductID}, &o.Product); err != nil {
			return orders{}, err
		}
	}
	return list, nil
}

// reviews reads a product's reviews, then each author by a query of its own.
func (s *store) reviews(ctx context.Context, productID int64) (reviews, error) {
	list := reviews{ProductID: productID, Data: []review{}}
	if err := s.productExists(ctx, productID); err != nil {
		return reviews{}, err
	}
	err := s.rows(ctx, `SELECT id, user_id, rating, text FROM reviews WHERE product_id = ? ORDER BY id`, []any{productID},
		func(rows *sql.Rows) error {
			var r review
			err := rows.Scan(&r.ID, &r.authorID, &r.Rating, &r.Text)
			list.Data = append(list.Data, r)
			return err
		})
	if err != nil {
		return reviews{}, err
	}
	for i := range list.Data {
		r := &list.Data[i]
		r.Author.ID = r.authorID
		if err := s.row(ctx, `SELECT name FROM users WHERE id = ?`, []any{r.authorID}, &r.Author.Name); err != nil {
			return reviews{}, err
		}
	}
	return list, nil
}

func (s *store) productExists(ctx context.Context, id int64) error {
	var found int64
	return s.row(ctx, `SELECT id FROM products WHERE id = ?`, []any{id}, &found)
}

func (s *store) addReview(ctx context.Context, productID int64, by user, rating int64, text string) (int64, error) {
	if err := s.productExists(ctx, productID); err != nil {
		return 0, err
	}
	return s.insert(ctx, `INSERT INTO reviews (product_id, user_id, rating, text) VALUES (?, ?, ?, ?)`,
		productID, by.ID, rating, text)
}

func (s *store) addOrder(ctx context.Context, productID int64, by user, quantity int64) (int64, error) {
	if err := s.productExists(ctx, productID); err != nil {
		return 0, err
	}
	return s.insert(ctx, `INSERT INTO orders (user_id, product_id, quantity, state) VALUES (?, ?, ?, 'paid')`,
		by.ID, productID, quantity)
}

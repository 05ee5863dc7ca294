package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	maxIDs  = 200
	maxPage = 1_000_000
	maxBody = 64 << 10
)

// products answers a page of a list or, with ids, the products of these ids.
func (s *server) products(r *http.Request) (answer, error) {
	query := r.URL.Query()
	if query.Has("ids") {
		return s.productList(r, query.Get("ids"))
	}
	category, err := number(query.Get("category"), 0, categoryCount)
	if err != nil {
		return answer{}, err
	}
	at, err := number(query.Get("page"), 1, maxPage)
	if err != nil {
		return answer{}, err
	}
	list, err := s.store.listPage(r.Context(), category, max(1, int(at)))
	return answer{caching: "public, max-age=120", body: list}, err
}

func (s *server) productList(r *http.Request, text string) (answer, error) {
	var ids []int64
	for part := range strings.SplitSeq(text, ",") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return answer{}, refusal{http.StatusBadRequest, fmt.Sprintf("ids: %q is no number", part)}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxIDs {
		return answer{}, refusal{http.StatusBadRequest, fmt.Sprintf("ids: at most %d", maxIDs)}
	}
	found, err := s.store.productsByID(r.Context(), ids)
	return answer{caching: "public, max-age=120", body: map[string][]product{"data": found}}, err
}

func (s *server) product(r *http.Request) (answer, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return answer{}, err
	}
	found, err := s.store.productsByID(r.Context(), []int64{id})
	if err != nil {
		return answer{}, err
	}
	if len(found) == 0 {
		return answer{}, refusal{http.StatusNotFound, fmt.Sprintf("no product %d", id)}
	}
	return answer{caching: "public, max-age=120", etag: true, body: found[0]}, nil
}

func (s *server) reviews(r *http.Request) (answer, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return answer{}, err
	}
	list, err := s.store.reviews(r.Context(), id)
	return answer{body: list}, err
}

func (s *server) categories(r *http.Request) (answer, error) {
	list, err := s.store.categories(r.Context())
	return answer{caching: "max-age=300", etag: true, body: map[string][]category{"data": list}}, err
}

func (s *server) ranking(r *http.Request) (answer, error) {
	id, err := pathID(r, "category")
	if err != nil {
		return answer{}, err
	}
	list, err := s.store.ranking(r.Context(), id)
	return answer{caching: "max-age=300", body: list}, err
}

func (s *server) search(r *http.Request) (answer, error) {
	text := r.URL.Query().Get("q")
	if text == "" {
		return answer{}, refusal{http.StatusBadRequest, "q: say what to search for"}
	}
	found, err := s.store.search(r.Context(), text)
	return answer{body: found}, err
}

func (s *server) me(r *http.Request, u user) (answer, error) {
	account, err := s.store.account(r.Context(), u)
	return answer{caching: "private, max-age=10", body: account}, err
}

func (s *server) orders(r *http.Request, u user) (answer, error) {
	list, err := s.store.orders(r.Context(), u, false)
	return answer{body: list}, err
}

func (s *server) cart(r *http.Request, u user) (answer, error) {
	list, err := s.store.orders(r.Context(), u, true)
	return answer{body: list}, err
}

func (s *server) addReview(r *http.Request) (answer, error) {
	return s.bearer(func(r *http.Request, u user) (answer, error) {
		id, err := pathID(r, "id")
		if err != nil {
			return answer{}, err
		}
		var given struct {
			Rating int64  `json:"rating"`
			Text   string `json:"text"`
		}
		if err := readJSON(r, &given); err != nil {
			return answer{}, err
		}
		if given.Rating < 1 || given.Rating > 5 {
			return answer{}, refusal{http.StatusBadRequest, "rating: 1 to 5"}
		}
		made, err := s.store.addReview(r.Context(), id, u, given.Rating, given.Text)
		return answer{status: http.StatusCreated, body: map[string]int64{"id": made}}, err
	})(r)
}

func (s *server) addOrder(r *http.Request, u user) (answer, error) {
	var given struct {
		ProductID int64 `json:"product_id"`
		Quantity  int64 `json:"quantity"`
	}
	if err := readJSON(r, &given); err != nil {
		return answer{}, err
	}
	if given.Quantity < 1 {
		return answer{}, refusal{http.StatusBadRequest, "quantity: at least 1"}
	}
	made, err := s.store.addOrder(r.Context(), given.ProductID, u, given.Quantity)
	return answer{status: http.StatusCreated, body: map[string]int64{"id": made}}, err
}

func readJSON(r *http.Request, into any) error {
	err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(into)
	if err != nil {
		return refusal{http.StatusBadRequest, "body: " + err.Error()}
	}
	return nil
}

func pathID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, refusal{http.StatusNotFound, fmt.Sprintf("no %s %q", name, r.PathValue(name))}
	}
	return id, nil
}

// number reads a query parameter from 0 to most; absent stands for other.
func number(text string, other, most int64) (int64, error) {
	if text == "" {
		return other, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, refusal{http.StatusBadRequest, fmt.Sprintf("%q is no number from 0 to %d", text, most)}
	}
	return n, nil
}

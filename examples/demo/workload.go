package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sort"
)

// What the slow API's data holds, whatever its seed.
const (
	products   = 5000
	categories = 20
	listPages  = 3
	users      = 500
)

// request is one request of the workload and what is known of its answer.
type request struct {
	kind   string
	path   string
	header http.Header
	// user is whose answer it is; 0: everybody's.
	user int64
	// status is the one a healthy API answers.
	status int
}

// personal says whether the answer must not be shared.
func (r request) personal() bool { return r.header != nil || r.status == http.StatusUnauthorized }

// shares are the parts of the workload in per cent: what browsing a shop asks
// for. The last four, 16 in all, are personal.
func shares(d *deck) []share {
	return []share{
		{38, d.product}, {20, d.list}, {12, d.ranking}, {8, d.reviews}, {4, d.categories}, {2, d.search},
		{5, d.me}, {5, d.orders}, {5, d.cart}, {1, d.nobody},
	}
}

type share struct {
	percent int
	draw    func() request
}

// workload is n requests, the same ones from the same seed. The shares are
// exact; what is asked for within one follows Zipf's law with s=1, and the
// order is shuffled.
func workload(seed uint64, n int) []request {
	d := newDeck(seed)
	parts := shares(d)
	requests := make([]request, 0, n)
	for i := len(parts) - 1; i >= 0; i-- { // the first share takes what rounding leaves
		count := (n*parts[i].percent + 99) / 100
		if i == 0 {
			count = n - len(requests)
		}
		for range count {
			requests = append(requests, parts[i].draw())
		}
	}
	d.Shuffle(n, func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
	return requests
}

// deck draws requests.
type deck struct {
	*rand.Rand
	productIDs, categoryIDs, userIDs, listIDs, termIDs zipf
}

func newDeck(seed uint64) *deck {
	r := rand.New(rand.NewPCG(seed, 1))
	return &deck{
		Rand:        r,
		productIDs:  newZipf(r, products),
		categoryIDs: newZipf(r, categories),
		userIDs:     newZipf(r, users),
		listIDs:     newZipf(r, categories*listPages),
		termIDs:     newZipf(r, len(terms())),
	}
}

func (d *deck) product() request {
	return shared("product", productPath(d.productIDs.draw(d.Rand)))
}

func (d *deck) reviews() request {
	return shared("reviews", fmt.Sprintf("/products/%d/reviews", d.productIDs.draw(d.Rand)))
}

func (d *deck) list() request {
	n := d.listIDs.draw(d.Rand) - 1
	return shared("list", fmt.Sprintf("/products?category=%d&page=%d", n/listPages+1, n%listPages+1))
}

func (d *deck) ranking() request {
	return shared("ranking", fmt.Sprintf("/rankings/%d", d.categoryIDs.draw(d.Rand)))
}

func (d *deck) categories() request { return shared("categories", "/categories") }

func (d *deck) search() request {
	return shared("search", "/search?q="+terms()[d.termIDs.draw(d.Rand)-1])
}

func (d *deck) me() request     { return d.bearer("me", "/me") }
func (d *deck) orders() request { return d.bearer("orders", "/me/orders") }

func (d *deck) cart() request {
	user := d.userIDs.draw(d.Rand)
	header := http.Header{"Cookie": {fmt.Sprintf("session=user-%d", user)}}
	return request{kind: "cart", path: "/cart", header: header, user: user, status: http.StatusOK}
}

// nobody asks for an account without saying whose: a gateway that shared one
// would answer it.
func (d *deck) nobody() request {
	return request{kind: "nobody", path: "/me", status: http.StatusUnauthorized}
}

func (d *deck) bearer(kind, path string) request {
	user := d.userIDs.draw(d.Rand)
	header := http.Header{"Authorization": {fmt.Sprintf("Bearer user-%d", user)}}
	return request{kind: kind, path: path, header: header, user: user, status: http.StatusOK}
}

func shared(kind, path string) request {
	return request{kind: kind, path: path, status: http.StatusOK}
}

func terms() []string {
	return []string{
		"oak", "lamp", "steel", "tent", "walnut", "mirror", "copper", "handy", "linen", "vase",
		"cork", "speaker", "rustic", "bamboo", "clock", "silk", "helmet", "granite", "slim", "pillow",
	}
}

// zipf draws from 1 to n: the k-th most popular comes with a weight of 1/k.
// (math/rand's Zipf wants an exponent above 1.) Which number is popular is
// shuffled.
type zipf struct {
	upTo  []float64 // sums of the weights
	names []int
}

func newZipf(r *rand.Rand, n int) zipf {
	z := zipf{upTo: make([]float64, n), names: r.Perm(n)}
	sum := 0.0
	for k := range n {
		sum += 1 / float64(k+1)
		z.upTo[k] = sum
	}
	return z
}

func (z zipf) draw(r *rand.Rand) int64 {
	at := r.Float64() * z.upTo[len(z.upTo)-1]
	return int64(z.names[sort.SearchFloat64s(z.upTo, at)]) + 1
}

// coldProducts are the ids of n products that none of the requests asks for.
func coldProducts(requests []request, n int) []int64 {
	asked := make(map[string]bool, len(requests))
	for _, r := range requests {
		asked[r.path] = true
	}
	ids := make([]int64, 0, n)
	for id := int64(products); id > 0 && len(ids) < n; id-- {
		if !asked[productPath(id)] {
			ids = append(ids, id)
		}
	}
	return ids
}

func productPath(id int64) string { return fmt.Sprintf("/products/%d", id) }

package main

import (
	"net/http"
	"reflect"
	"testing"
)

func TestTheSameSeedMakesTheSameWorkload(t *testing.T) {
	if !reflect.DeepEqual(workload(1, 2400), workload(1, 2400)) {
		t.Error("seed 1 made two workloads")
	}
	if reflect.DeepEqual(workload(1, 2400), workload(2, 2400)) {
		t.Error("seeds 1 and 2 made the same workload")
	}
}

func TestAtLeast15PerCentArePersonal(t *testing.T) {
	for _, n := range []int{100, 101, 2400, 3001} {
		requests := workload(3, n)
		if len(requests) != n {
			t.Errorf("workload of %d has %d requests", n, len(requests))
		}
		personal := 0
		for _, r := range requests {
			if r.personal() {
				personal++
			}
		}
		if 100*personal < 15*n {
			t.Errorf("%d of %d are personal, want at least 15 %%", personal, n)
		}
	}
}

func TestPersonalRequestsSayWhoAsks(t *testing.T) {
	for _, r := range workload(1, 1000) {
		named := len(r.header) == 1 && r.user >= 1 && r.user <= users && r.status == http.StatusOK
		nobody := r.header == nil && r.user == 0 && r.status == http.StatusUnauthorized
		if r.personal() && !named && !nobody {
			t.Fatalf("%+v is personal, but nobody asks", r)
		}
		if !r.personal() && (r.user != 0 || r.status != http.StatusOK) {
			t.Fatalf("%+v is everybody's, but user %d asks", r, r.user)
		}
	}
}

func TestTheDrawFollowsZipf(t *testing.T) {
	d := newDeck(1)
	const draws = 200_000
	counts := make(map[int64]int)
	for range draws {
		counts[d.categoryIDs.draw(d.Rand)]++
	}
	if len(counts) != categories {
		t.Fatalf("%d of %d categories were drawn", len(counts), categories)
	}
	// With s=1 the k-th most popular is drawn 1/k times as often as the first.
	first := counts[int64(d.categoryIDs.names[0])+1]
	for k := 2; k <= categories; k++ {
		got := float64(counts[int64(d.categoryIDs.names[k-1])+1])
		want := float64(first) / float64(k)
		if got < 0.9*want || got > 1.1*want {
			t.Errorf("rank %d was drawn %.0f times, want about %.0f", k, got, want)
		}
	}
}

func TestColdProductsAreAskedForByNobody(t *testing.T) {
	requests := workload(1, 2400)
	asked := make(map[string]bool)
	for _, r := range requests {
		asked[r.path] = true
	}
	ids := coldProducts(requests, 200)
	once := make(map[int64]bool)
	for _, id := range ids {
		if asked[productPath(id)] || once[id] {
			t.Errorf("product %d is not cold", id)
		}
		once[id] = true
	}
	if len(ids) != 200 {
		t.Errorf("%d cold products, want 200", len(ids))
	}
}

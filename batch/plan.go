package batch

import "strings"

// plan groups the items that one run can answer: safe ones (RFC 9110 section
// 9.2.1) with the same method, URL and fields and without a body. Each group
// holds places in items, in order, and groups stand in the order of their first.
func plan(items []Item) [][]int {
	groups := make([][]int, 0, len(items))
	known := make(map[string]int)
	for at := range items {
		identity, ok := identity(&items[at])
		if !ok {
			groups = append(groups, []int{at})
			continue
		}
		group, seen := known[identity]
		if !seen {
			known[identity] = len(groups)
			groups = append(groups, []int{at})
			continue
		}
		groups[group] = append(groups[group], at)
	}
	return groups
}

// identity is what identical items have in common; not ok where an item must run
// for itself. No part of it can hold a line end.
func identity(item *Item) (string, bool) {
	if item.Method != "GET" && item.Method != "HEAD" || item.Body != nil {
		return "", false
	}
	parts := make([]string, 0, 2+2*len(item.Fields))
	parts = append(parts, item.Method, item.URL)
	for _, field := range item.Fields {
		parts = append(parts, strings.ToLower(field[0]), field[1])
	}
	return strings.Join(parts, "\n"), true
}

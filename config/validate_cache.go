package config

import (
	"maps"
	"slices"
	"strings"
)

// statuses checks the keys of status_ttl.
func (v *validator) statuses(at *place, ttls map[string]Duration) {
	for _, status := range slices.Sorted(maps.Keys(ttls)) {
		switch {
		case len(status) != 3 || status < "200" || status > "599" || strings.Trim(status, "0123456789") != "":
			v.fault(at.key(status), "%s is not a status; write one from 200 to 599, like 404", quote(status))
		case neverStored(status):
			v.fault(at.key(status), "answers of status %s are never stored; remove it", status)
		}
	}
}

// neverStored are the statuses that belong to one request alone.
func neverStored(status string) bool {
	return slices.Contains([]string{"206", "304", "428", "429", "431", "511"}, status)
}

// targets checks names of targeted fields.
func (v *validator) targets(at *place, names []string) {
	v.headerNames(at, names)
	for i, name := range names {
		if strings.EqualFold(name, "Cache-Control") {
			v.fault(at.item(i), "%s is heard anyway, behind the others; name a field like Afterburner-Cache-Control", quote(name))
		}
	}
}

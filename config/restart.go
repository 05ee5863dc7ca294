package config

import (
	"fmt"
	"reflect"
)

// Restart names the keys in which two configurations differ and that a running
// gateway cannot take over, in the order of the types: store.memory. nil: none.
func Restart(old, changed *Config) []string {
	var keys []string
	eachRestart(reflect.ValueOf(old).Elem(), reflect.ValueOf(changed).Elem(), nil, func(at *place, _ reflect.Value) {
		keys = append(keys, at.String())
	})
	return keys
}

// eachRestart finds the fields that are tagged and differ. They stand in
// blocks, not in lists or maps.
func eachRestart(old, changed reflect.Value, at *place, found func(at *place, old reflect.Value)) {
	for i := range old.NumField() {
		field := old.Type().Field(i)
		key := at.key(field.Tag.Get("yaml"))
		switch {
		case field.Type.Kind() == reflect.Struct:
			eachRestart(old.Field(i), changed.Field(i), key, found)
		case field.Tag.Get("restart") == "true" && !old.Field(i).Equal(changed.Field(i)):
			found(key, old.Field(i))
		}
	}
}

// restarts refuses what the running gateway cannot take over.
func (v *validator) restarts(running *Config) {
	if running == nil {
		return
	}
	eachRestart(reflect.ValueOf(running).Elem(), reflect.ValueOf(v.cfg).Elem(), nil, func(at *place, old reflect.Value) {
		if old.IsZero() {
			v.fault(at, "cannot change while the gateway runs; restart it, or remove the key as it was before")
			return
		}
		v.fault(at, "cannot change while the gateway runs; restart it, or write %s as it was before", fmt.Sprint(old.Interface()))
	})
}

package config

import (
	"reflect"
	"testing"
)

// Every option has a key, is of a kind that the decoder knows, and holds
// itself nowhere: decoding ends.
func TestEveryOptionCanBeRead(t *testing.T) {
	var visit func(v reflect.Type, path string, within []reflect.Type)
	visit = func(v reflect.Type, path string, within []reflect.Type) {
		for _, outer := range within {
			if outer == v {
				t.Errorf("%s: %s holds itself", path, v)
				return
			}
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				key := v.Field(i).Tag.Get("yaml")
				if key == "" || key == "-" && v.Field(i).Name != "Off" {
					t.Errorf("%s.%s has no key", path, v.Field(i).Name)
				}
				visit(v.Field(i).Type, path+"."+key, append(within, v))
			}
		case reflect.Map:
			if v.Key().Kind() != reflect.String {
				t.Errorf("%s: a map has text for keys", path)
			}
			visit(v.Elem(), path+".*", within)
		case reflect.Slice, reflect.Pointer:
			visit(v.Elem(), path+"[]", within)
		case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		default:
			t.Errorf("%s: the decoder does not know a %s", path, v)
		}
	}
	visit(reflect.TypeFor[Config](), "", nil)
}

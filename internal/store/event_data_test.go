package store

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"kept/internal/desk"
)

// TestPlainData holds the quick reading of events against encoding/json: every field, and texts that are not plain.
func TestPlainData(t *testing.T) {
	var full desk.EventData
	fields := reflect.ValueOf(&full).Elem()
	for i := range fields.NumField() {
		switch f := fields.Field(i); {
		case f.CanInt():
			f.SetInt(int64(-1 - i))
		case f.Kind() == reflect.Bool:
			f.SetBool(true)
		default:
			f.SetString("wörd, \u2713: {" + string(rune('a'+i)) + "}")
		}
	}
	for _, of := range []struct {
		data  desk.EventData
		plain bool
	}{
		{desk.EventData{}, true}, {full, true}, {desk.EventData{Promise: 1 << 62, Reason: "due"}, true}, {desk.EventData{Promise: math.MinInt64}, true},
		{desk.EventData{Supplier: `a "firm"`}, false}, {desk.EventData{Supplier: `back\slash`}, false}, {desk.EventData{Supplier: "<b>\n\u2028", Tries: 2}, false},
		{desk.EventData{Entered: true, Reason: "\u007f/'"}, true}, {desk.EventData{Reason: "a\tb"}, false},
	} {
		text, err := json.Marshal(of.data)
		if err != nil {
			t.Fatal(err)
		}
		if written, plain := writePlain(&of.data); plain != of.plain || plain && string(written) != string(text) {
			t.Errorf("%s is written as %s, %t", text, written, plain)
		}
		var got desk.EventData
		if plain := plainData(string(text), reflect.ValueOf(&got).Elem()); plain != of.plain || plain && got != of.data {
			t.Errorf("%s: %t, %+v", text, plain, got)
		}
	}
	for _, text := range []string{"<", ">", "&", `"`, `\`, "\u2028", "\u2029", "\xff", "\x00", "\x1f"} {
		if written, plain := writePlain(&desk.EventData{Reason: "a" + text}); plain {
			t.Errorf("%q is written as %s", text, written)
		}
	}
	for _, n := range []int64{0, -7, 70} {
		var got desk.EventData
		if text := fmt.Sprintf(`{"promise":%d}`, n); !plainData(text, reflect.ValueOf(&got).Elem()) || int64(got.Promise) != n {
			t.Errorf("%s: %+v", text, got)
		}
	}
	for _, text := range []string{"", "{", "null", "[]", `{"tries":}`, `{"tries":1.5}`, `{"tries":1,}`, `{"tries":"1"}`, `{"reason":1}`, `{"reason":"a}`, `{"reason":"a"1}`,
		`{"reason":"a" }`, `{"tries":+1}`, `{"tries":01}`, `{"tries":-0}`, `{"tries":-01}`, `{"tries":00}`, `{"tries":-}`, `{"tries":--1}`, `{"other":1}`, `{"entered":false}`, "{\"reason\":\"\xff\"}", `{"reason"}`} {
		var got desk.EventData
		if plainData(text, reflect.ValueOf(&got).Elem()) {
			t.Errorf("%q is read: %+v", text, got)
		}
	}
}

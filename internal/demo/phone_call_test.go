package demo_test

import (
	"testing"
	"time"

	"kept/internal/demo"
	"kept/internal/desk"
)

// The invented calls of a day are the same each time, are what a desk takes, and are told in parts without a word twice.
func TestInventedCalls(t *testing.T) {
	zone, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	c := desk.Client{ID: 1, Slug: "mercy"}
	day := time.Date(2026, 11, 1, 12, 0, 0, 0, zone) // of 25 hours
	all, again := demo.Calls(1, c, day, zone), demo.Calls(1, c, day, zone)
	if len(all) < 12 || len(all) != len(again) {
		t.Fatalf("%d and %d calls", len(all), len(again))
	}
	answered, left := 0, 0
	for i, call := range all {
		if call != again[i] {
			t.Fatalf("%+v and %+v from one seed", call, again[i])
		}
		if err := call.Check(call.Queued.Add(time.Hour)); err != nil {
			t.Fatalf("%+v: %v", call, err)
		}
		if call.Answered.IsZero() {
			left++
		} else {
			answered++
		}
		heard := desk.PhoneCall{Client: call.Client, Line: call.Line, Key: call.Key}
		news := 0
		for last := call.Queued.Add(-time.Minute); last.Before(call.Queued.Add(2 * time.Hour)); last = last.Add(demo.CallersStep) {
			if part, fresh := demo.News(call, last, last.Add(demo.CallersStep)); fresh {
				heard = part
				news++
			}
		}
		if heard != call || news > 2 {
			t.Errorf("%+v was told as %+v, in %d parts", call, heard, news)
		}
	}
	if answered < left || left == 0 {
		t.Errorf("%d answered, %d hung up", answered, left)
	}
}

package app

import (
	"testing"
	"time"

	"kept/internal/desk"
)

func TestClientsAreFoundByTheirHost(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	for _, host := range []string{"mercy.help", "Mercy.Help:8080", "mercy.help."} {
		if c, err := d.ClientByHost(ctx, host); err != nil || c.ID != d.mercy.ID {
			t.Errorf("%s: %v, %v", host, c.Name, err)
		}
	}
	if _, err := d.ClientByHost(ctx, "else.help"); !desk.Is(err, desk.NotFound) {
		t.Errorf("unknown host: %v", err)
	}
	if c, err := d.ClientBySlug(ctx, "bay"); err != nil || c.ID != d.bay.ID {
		t.Errorf("%v", err)
	}
	if _, err := d.Client(ctx, d.ana, d.bay.ID); !desk.Is(err, desk.NotFound) {
		t.Errorf("another client: %v", err)
	}
	if list, err := d.Clients(ctx, d.sam); err != nil || len(list) != 2 || list[0].Name != "Bay Clinics" {
		t.Errorf("%v, %v", list, err)
	}
	if s := d.Skill(ctx, "mychart"); s.Public != "a MyChart expert" {
		t.Errorf("%+v", s)
	}
	if s := d.Skill(ctx, "x"); s.Name != "x" {
		t.Errorf("%+v", s)
	}
	if _, err := d.AddClient(ctx, desk.System("test"), desk.Client{Slug: "Mercy", Name: "M", Host: "m.help", Zone: "America/Chicago"}); !desk.Is(err, desk.Conflict) {
		t.Errorf("a slug twice: %v", err)
	}
	if _, err := d.AddClient(ctx, desk.System("test"), desk.Client{Slug: "x y", Host: "http://x", Zone: "Mars", Hours: "never"}); !desk.Is(err, desk.Invalid) {
		t.Errorf("nonsense: %v", err)
	}
}

func TestHours(t *testing.T) {
	d := newTestDesk(t)
	if h := d.Hours(d.mercy, d.now); !h.Open || !h.Always {
		t.Errorf("Mercy: %+v", h)
	}
	at := func(s string) time.Time { x, _ := time.Parse(time.RFC3339, s); return x }
	// 09:00 UTC is 01:00 in Los Angeles.
	if h := d.Hours(d.bay, d.now); h.Open || !h.Next.Equal(at("2026-03-02T16:00:00Z")) {
		t.Errorf("Bay at night: %+v", h)
	}
	if h := d.Hours(d.bay, at("2026-03-02T20:00:00Z")); !h.Open || h.Always || !h.Until.Equal(at("2026-03-03T01:00:00Z")) {
		t.Errorf("Bay by day: %+v", h)
	}
}

func TestAnswersOfTheDesk(t *testing.T) {
	d := newTestDesk(t)
	ctx := t.Context()
	if list, err := d.MostAsked(ctx, desk.Patient); err != nil || len(list) != 4 || list[0].Slug != "units" {
		t.Errorf("%v, %v", slugs(list), err)
	}
	if list, err := d.MostAsked(ctx, desk.Clinician); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", slugs(list), err)
	}
	if a, err := d.Answer(ctx, "video"); err != nil || a.ID != 5 {
		t.Errorf("%v, %v", a, err)
	}
	if _, err := d.Answer(ctx, "none"); !desk.Is(err, desk.NotFound) {
		t.Errorf("%v", err)
	}
	if list, err := d.FindAnswers(ctx, "lbs", 3); err != nil || len(list) == 0 || list[0].Slug != "units" {
		t.Errorf("%v, %v", slugs(list), err)
	}
}

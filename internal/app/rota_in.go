package app

import (
	"fmt"
	"slices"
	"time"

	"kept/internal/calendar"
	"kept/internal/coverage"
	"kept/internal/desk"
)

// RotaIn is a rota as a form gives it, with layers from the lowest to the highest: where a later one has somebody, it
// takes the place of those before it.
type RotaIn struct {
	ID      int64
	Version int // the one that was seen; 0 for a new rota
	Name    string
	Layers  []LayerIn
	OnCall  bool
	Seats   int
}

// LayerIn is people who take turns.
type LayerIn struct {
	ID     int64 // of a layer that is there already; 0 for a new one
	People []desk.StaffID
	Unread string // what could not be read of the people, in a sentence: it is said with all else that is wrong
	Every  coverage.Every
	Count  int
	Zone   string
	At     string // "09:00"
	Start  string // "2026-06-02"
	End    string // "", or the day on which it ends
	Hours  string // "", or when the layer has somebody: "18:00-08:00", or "mon-fri 18:00-08:00; sat-sun 00:00-24:00"
}

// LayerField is the name of a field of layer i, from 0: "people", "people-2", "people-3".
func LayerField(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, i+1)
}

// rota reads a form. Everything that is wrong is said at once.
func (in RotaIn) rota() (desk.Rota, error) {
	var bad desk.Fields
	r := desk.Rota{Version: in.Version}
	r.ID, r.OnCall, r.Seats = in.ID, in.OnCall, in.Seats
	var err error
	if r.Name, err = desk.CleanLine(in.Name, 60); err != nil || r.Name == "" {
		bad.Add("name", "name.missing", "Give it a name of at most 60 characters, like \u201cPortal, evenings\u201d.")
	}
	if in.Seats < 1 || in.Seats > 100 {
		bad.Add("seats", "shift.seats", "Between 1 and 100 promises can be kept in one window.")
	}
	if len(in.Layers) == 0 || len(in.Layers) > layersMost {
		bad.Add("people", "rota.layers", fmt.Sprintf("A rota has 1 to %d layers.", layersMost))
	}
	last := int64(0)
	for _, l := range in.Layers {
		last = max(last, l.ID)
	}
	for i, l := range in.Layers {
		if l.ID == 0 {
			last++
			l.ID = last
		}
		r.Layers = append(r.Layers, l.layer(&bad, func(name string) string { return LayerField(name, i) }))
	}
	return r, bad.Err()
}

func (in LayerIn) layer(bad *desk.Fields, field func(string) string) coverage.Layer {
	l := coverage.Layer{ID: in.ID, Every: in.Every, Count: in.Count, Zone: in.Zone}
	for _, p := range in.People {
		l.People = append(l.People, int64(p))
	}
	switch {
	case in.Unread != "":
		bad.Add(field("people"), "staff.unknown", in.Unread)
	case len(l.People) == 0:
		bad.Add(field("people"), "rota.empty", "A rota with no people has nobody on it: choose at least one.")
	case len(l.People) > rotaMost:
		bad.Add(field("people"), "rota.long", fmt.Sprintf("At most %d turns; somebody can be named more than once.", rotaMost))
	}
	if !slices.Contains([]coverage.Every{coverage.Hourly, coverage.Daily, coverage.Weekly, coverage.Monthly}, in.Every) {
		bad.Add(field("every"), "every.invalid", "It hands over every hour, day, week or month.")
	}
	if in.Count < 1 || in.Count > 1000 {
		bad.Add(field("count"), "count.invalid", "Between 1 and 1000.")
	}
	if _, err := time.LoadLocation(in.Zone); err != nil || in.Zone == "" || in.Zone == "Local" {
		bad.Add(field("zone"), "zone.unknown", "There is no such zone; write it like America/Chicago.")
	}
	at, err := time.Parse("15:04", in.At)
	if err != nil {
		bad.Add(field("at"), "time.invalid", "Write the time like 09:00.")
	}
	l.At = at.Hour()*60 + at.Minute()
	if l.Start, err = calendar.ParseDate(in.Start); err != nil {
		bad.Add(field("start"), "date.invalid", "Write the day like 2026-11-24.")
	}
	if in.End != "" {
		if l.End, err = calendar.ParseDate(in.End); err != nil {
			bad.Add(field("end"), "date.invalid", "Write the day like 2026-11-24, or leave it empty.")
		} else if in.End <= in.Start {
			bad.Add(field("end"), "end.early", "It ends before it starts: choose a later end, or none.")
		}
	}
	if in.Hours != "" {
		spec, err := calendar.Parse(in.Zone + "; mon-sun " + in.Hours)
		if err != nil {
			spec, err = calendar.Parse(in.Zone + "; " + in.Hours)
		}
		if err != nil {
			bad.Add(field("hours"), "hours.invalid", "Write the hours like 18:00-08:00, or by day like mon-fri 18:00-08:00; sat-sun 00:00-24:00. Empty is all day and night.")
		} else {
			l.Hours = spec
		}
	}
	return l
}

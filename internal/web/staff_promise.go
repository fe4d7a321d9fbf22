package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/web/view"
	"kept/internal/words"
)

// zones are read once: reading one costs more than drawing a row.
var zones sync.Map // of string to *time.Location

// clientZone is the zone in which a hospital lives.
func clientZone(c desk.Client) *time.Location {
	if loc, ok := zones.Load(c.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(c.Zone)
	if err != nil || c.Zone == "" {
		loc = time.UTC
	}
	zones.Store(c.Zone, loc)
	return loc
}

// staffZone is the zone in which an analyst reads times that belong to no hospital: that of the first
// hospital that they serve.
func (h *handler) staffZone(r *http.Request, s signed) *time.Location {
	if len(s.v.Clients) > 0 {
		if c, err := h.app.Client(r.Context(), s.v, s.v.Clients[0]); err == nil {
			return clientZone(c)
		}
	}
	return time.UTC
}

// machine is an instant for the datetime attribute, with the hospital's offset.
func machine(t time.Time, loc *time.Location) string { return t.In(loc).Format(time.RFC3339) }

// clock gives a time for lists: "11:00 a.m. CT", "yesterday 11:00 a.m. CT", in the coming six days "Wed 8:30 a.m. CT". A day
// that is over has its date, for a weekday alone would stand for the past and for what is to come.
func clock(t time.Time, loc *time.Location, now time.Time) string {
	s := words.Clock(words.EN, t, loc)
	local, today := t.In(loc), now.In(loc)
	switch days := daysBetween(today, local); {
	case days == 0:
		return s
	case days == -1:
		return "yesterday " + s
	case days > 0 && days < 7:
		return local.Format("Mon ") + s
	case local.Year() != today.Year():
		return local.Format("Jan 2, 2006, ") + s
	}
	return local.Format("Jan 2, ") + s
}

// daysBetween counts the days of the calendar from a to b, each where its clock stands.
func daysBetween(a, b time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(b).Sub(day(a)) / (24 * time.Hour))
}

// until says how far away t is: "in 18 min", "26 min late".
func until(t, now time.Time) string {
	if now.Before(t) {
		// Rounded up, as the script of the page does each minute.
		return "in " + words.Span(words.EN, t.Sub(now)+time.Minute-time.Nanosecond)
	}
	return words.Late(words.EN, t, now)
}

// kinds names what is promised, as a thing and as what an analyst does for the person.
var kinds = map[desk.PromiseKind]struct{ thing, act string }{
	desk.Reply:    {"First answer", "answer"},
	desk.Update:   {"News", "give news to"},
	desk.Callback: {"Call back", "call"},
	desk.Fix:      {"Fix", "fix it for"},
	desk.Confirm:  {"Ask again if it is fixed", "ask"},
	desk.Handoff:  {"Taken over", "take over from"},
	desk.Document: {"Document", "send it to"},
	desk.Other:    {"Promise", "keep your word to"},
}

// promiseTag is the one tag of a promise in a list.
func promiseTag(p desk.Promise, look desk.Look, state desk.TicketState, loc *time.Location, now time.Time) view.TagView {
	due := clock(p.Due, loc, now)
	t := view.TagView{Kind: view.TagScheduled, Text: due}
	switch {
	case p.ID == 0:
		t = view.TagView{Kind: view.TagPlain, Text: "Nothing promised"}
		return t
	case p.Kind == desk.Confirm && state == desk.Asked:
		return view.TagView{Kind: view.TagWaiting, Text: "Asked if fixed", Spoken: "The person was asked if it is fixed. We ask again " + due}
	case p.RepairOf != 0 && p.State.Live() && look != desk.LookCalling && look != desk.LookAnswered:
		t.Kind, t.Text = view.TagBroken, "Broken, by "+due
	case look == desk.LookDueSoon:
		t.Kind, t.Text = view.TagDue, "Due "+due
	case look == desk.LookAtRisk:
		t.Kind, t.Text = view.TagRisk, "At risk "+due
	case look == desk.LookCalling:
		t.Kind, t.Text = view.TagInProgress, "Calling now"
	case look == desk.LookAnswered:
		t.Kind, t.Icon, t.Text = view.TagWaiting, "send", "Answered, on its way"
	case look == desk.LookHeld:
		t.Kind, t.Text = view.TagRisk, "Held, was due "+due
	case look == desk.LookTried:
		t.Kind, t.Text = view.TagTried, fmt.Sprintf("Tried %d of %d, %s", p.Tries, desk.MaxAttempts, due)
	case p.State == desk.Broken:
		t.Kind, t.Text = view.TagBroken, "Broken"
	case look == desk.LookBroken:
		t.Kind, t.Text = view.TagBroken, "Broken "+words.Span(words.EN, now.Sub(p.Due))
	case look == desk.LookKept:
		t.Kind, t.Text = view.TagKept, "Kept "+clock(p.EndedAt, loc, now)
		if p.State == desk.KeptLate {
			t.Text = "Kept late, " + words.Late(words.EN, p.Due, p.EndedAt)
		}
	case look == desk.LookRepaired:
		t.Kind, t.Text = view.TagRepaired, "Repaired "+clock(p.EndedAt, loc, now)
	case look == desk.LookMovedThem:
		t.Kind, t.Text = view.TagMovedByCaller, "Moved by caller"
	case look == desk.LookMovedUs:
		t.Kind, t.Text = view.TagMovedByUs, "Moved by us"
	case look == desk.LookWithdrawn:
		t.Kind, t.Text = view.TagWithdrawn, "Not needed"
	case look == desk.LookVoided:
		t.Kind, t.Text = view.TagWithdrawn, "Void"
	case daysBetween(now.In(loc), p.Due.In(loc)) == 0:
		t.Text = "Today " + due
	}
	t.Spoken = "Promise: " + t.Text
	if p.State.Live() && look != desk.LookHeld {
		t.Spoken += ", due " + due
	}
	return t
}

// promised says what is promised by when: "Call back by 11:00 a.m. CT", for a window of another day
// "Call back Wed, June 3, 8:30 to 9:00 a.m. CT".
func promised(p desk.Promise, loc *time.Location, now time.Time) string {
	what := kinds[p.Kind].thing
	if p.Kind == desk.Other && p.Text != "" {
		what = p.Text + ":"
	}
	if p.Start.Before(p.Due) && !p.Start.IsZero() && now.Before(p.Start) {
		return what + " " + words.ShortWindow(words.EN, p.Start, p.Due, loc)
	}
	return what + " " + words.By(words.EN, p.Due, loc, now)
}

// stripView is the line of what the analyst owes next; nil when nothing is due within the hour.
func stripView(s app.Strip) *view.StripView {
	if s.Promise.ID == 0 {
		return nil
	}
	loc := clientZone(s.Client)
	what := kinds[s.Promise.Kind].act + " " + s.Caller + ", " + s.Client.Name + ", " + words.By(words.EN, s.Promise.Due, loc, s.Now) + "."
	v := &view.StripView{
		Text: "Your next promise: " + what, Due: machine(s.Promise.Due, loc), Broken: s.Broken,
		Action:  view.ButtonView{Text: "Call now", Icon: "phone", URL: ticketURL(s.Ticket.Ref) + "?tab=promise#main"},
		OwedURL: "/promises?mine=yes",
	}
	if s.Promise.Kind != desk.Callback {
		v.Action.Text, v.Action.Icon = "Open", ""
	}
	if left := s.Promise.Due.Sub(s.Now); left > 0 {
		v.Left = words.Span(words.EN, left+time.Minute-time.Nanosecond) + " left"
	} else {
		v.Left = words.Late(words.EN, s.Promise.Due, s.Now)
	}
	if s.Broken {
		v.Text = "A promise broke. Repair it: " + what
	}
	if s.Owed > 0 {
		v.Owed = words.N(words.EN, "staff.strip.owe", s.Owed)
	}
	return v
}

func ticketURL(ref desk.Ref) string { return "/desk/t/" + string(ref) }

// languages names the language of a caller.
func language(code string) string { return words.Parse(code).Name() }

// sayPromise is the sentence that promises a window, in the language of the caller.
func sayPromise(lang string, w app.Window, to string, loc *time.Location, now time.Time) string {
	l := words.Parse(lang)
	return "“" + words.T(l, "say.promise", "window", words.Window(l, w.Start, w.End, loc, now), "to", to) + " " + words.T(l, "say.promise.after") + "”"
}

// How many windows the picker shows at once, and how many more behind "More times".
const (
	slotsShown = 6
	slotsMore  = 24
)

// slotText gives a window for the picker: "Today 9:30 to 10:00 a.m. CT", "Thu 8:00 to 8:30 a.m. CT".
func slotText(start, end time.Time, loc *time.Location, now time.Time) string {
	text := words.ShortWindow(words.EN, start, end, loc)
	s, today := start.In(loc), now.In(loc)
	if s.YearDay() != end.Add(-time.Second).In(loc).YearDay() || start.Sub(now) > 6*24*time.Hour {
		return text
	}
	_, times, ok := strings.Cut(text, ", ") // the day of the week
	if ok {
		_, times, ok = strings.Cut(times, ", ") // the date
	}
	switch {
	case !ok:
		return text
	case s.YearDay() == today.YearDay():
		return "Today " + times
	}
	return s.Format("Mon ") + times
}

// picker is a choice of windows. Stretches that nobody covers are one line each, dashed.
func (h *handler) picker(ctx context.Context, v desk.Viewer, c desk.Client, skill, lang, to, chosen, id string) (view.PickerView, error) {
	p := view.PickerView{ID: id, Name: "start", Legend: "When will we call?"}
	if skill != "" {
		p.Legend += " Needs: " + h.app.Skill(ctx, skill).Name
	}
	now, loc := h.app.Now(), clientZone(c)
	windows, err := h.app.WindowsFor(ctx, v, c.ID, skill, lang, now, 3)
	if err != nil {
		return p, err
	}
	p.Hint = "All times are in the zone of " + c.Name + "."
	p.Empty = "Nobody with this skill is on the roster in the next 3 days. Choose another skill, or hand it to a supervisor."
	open, picked := 0, false
	for i := 0; i < len(windows) && open < slotsShown+slotsMore; i++ {
		w := windows[i]
		s := view.Slot{Value: w.Start.UTC().Format(time.RFC3339), SayLang: string(words.Parse(lang))}
		if !w.Covered {
			end := w.End
			why := "No one with this skill"
			if w.People > 0 {
				why = "Fully booked"
			}
			for i+1 < len(windows) && !windows[i+1].Covered && (windows[i+1].People > 0) == (w.People > 0) && windows[i+1].Start.Equal(end) {
				i++
				end = windows[i].End
			}
			s.Text, s.Cover, s.Closed = slotText(w.Start, end, loc, now), why, true
		} else {
			open++
			s.Text, s.Cover, s.Tight = slotText(w.Start, w.End, loc, now), cover(w), w.Seats == 1
			s.Say = sayPromise(lang, w, to, loc, now)
			if open == 1 {
				s.First = "first good time"
			}
			s.Checked = s.Value == chosen
			picked = picked || s.Checked
		}
		if open > slotsShown {
			p.More = append(p.More, s)
		} else {
			p.Slots = append(p.Slots, s)
		}
	}
	if !picked {
		for i := range p.Slots {
			if !p.Slots[i].Closed {
				p.Slots[i].Checked = true
				break
			}
		}
	}
	return p, nil
}

// cover says who could keep a window: "4 people, 2 booked".
func cover(w app.Window) string {
	people := "1 person"
	if w.People != 1 {
		people = fmt.Sprintf("%d people", w.People)
	}
	return fmt.Sprintf("%s, %d booked, %d free", people, w.Booked, w.Seats)
}

package demo

import (
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// The desk works on the clocks of Chicago. Shifts are a rule of the day, so that any day of history
// has the shifts that it would have had:
//
//   - one who leads, from 6, 14 and 22 o'clock, day and night;
//   - a pair of generalists from the same hours, whose breaks never meet;
//   - of those who know the portal a pair from 8 to 4:30 and a pair from 10 to 6. After 6 nobody who
//     is at work knows the portal until 8: the gap of the story. Somebody is on call for it.
const deskZone = "America/Chicago"

const (
	daysBack  = 14 // shifts that are stored
	daysAhead = 28
	perDay    = 32 // ids of shifts in a day
)

// roster answers who is at work when.
type roster struct {
	loc     *time.Location
	workers []worker
	teams   map[team][]int // places in workers
	days    map[int64][]coverage.Shift
	seats   map[seatKey]uint32 // which seats are taken, of stored shifts
	from    time.Time          // of stored shifts
	until   time.Time
}

type seatKey struct {
	person int64
	slot   int64
}

func newRoster(workers []worker, now time.Time) (*roster, error) {
	loc, err := time.LoadLocation(deskZone)
	if err != nil {
		return nil, err
	}
	r := &roster{loc: loc, workers: workers, teams: map[team][]int{}, days: map[int64][]coverage.Shift{}, seats: map[seatKey]uint32{}}
	for i, w := range workers {
		r.teams[w.team] = append(r.teams[w.team], i)
	}
	today := r.day(now)
	r.from, r.until = r.clock(today-daysBack, 0, 0), r.clock(today+daysAhead+1, 0, 0)
	return r, nil
}

// day counts the days of the desk's calendar.
func (r *roster) day(t time.Time) int64 {
	y, m, d := t.In(r.loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func (r *roster) clock(day int64, hour, minute int) time.Time {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return time.Date(y, m, d, hour, minute, 0, 0, r.loc).UTC()
}

// on gives the shifts that start on a day.
func (r *roster) on(d int64) []coverage.Shift {
	if have, ok := r.days[d]; ok {
		return have
	}
	var all []coverage.Shift
	add := func(t team, n int64, from, minutes, pause, seats int, onCall bool) {
		who := r.workers[r.teams[t][n%int64(len(r.teams[t]))]]
		start := r.clock(d, from, 0)
		s := coverage.Shift{ID: d*perDay + int64(len(all)), Person: int64(who.ID), Start: start, Seats: seats, OnCall: onCall,
			End: r.clock(d, from, minutes)}
		if pause > 0 {
			rest := start.Add(time.Duration(pause) * time.Minute)
			s.Breaks = []coverage.Span{{Start: rest, End: rest.Add(30 * time.Minute)}}
		}
		all = append(all, s)
	}
	for k := range int64(3) {
		from := int(6 + 8*k)
		add(leads, 3*d+k, from, 510, 0, 4, false)
		add(night, 6*d+2*k, from, 510, 210, 2, false)
		add(night, 6*d+2*k+1, from, 510, 270, 2, false)
	}
	add(day, 2*d, 8, 510, 210, 3, false)
	add(day, 2*d+1, 8, 510, 240, 3, false)
	add(day, 2*d+4, 10, 480, 180, 3, false)
	add(day, 2*d+5, 10, 480, 210, 3, false)
	add(day, 2*d+2, 18, 840, 0, 1, true)
	r.days[d] = all
	return all
}

// shifts are those that are stored.
func (r *roster) shifts() []coverage.Shift {
	var all []coverage.Shift
	for d := r.day(r.from); d < r.day(r.until); d++ {
		all = append(all, r.on(d)...)
	}
	return all
}

// need says who is wanted.
type need struct {
	client      desk.ClientID
	skill, lang string
	lead        bool
}

func (w *worker) fits(n need) bool {
	if n.lead && w.Role == desk.Analyst || !slices.Contains(w.Clients, n.client) {
		return false
	}
	return (n.lang != "es" || slices.Contains(w.Languages, "es")) && (n.skill == "" || slices.Contains(w.skills, n.skill))
}

func (r *roster) worker(id int64) *worker { return &r.workers[id-1] }

// at gives the shifts of people who fit and are at work all through [from, until).
func (r *roster) at(n need, from, until time.Time) []coverage.Shift {
	var found []coverage.Shift
	d := r.day(from)
	for _, day := range []int64{d - 1, d} {
		for _, s := range r.on(day) {
			if s.OnCall || from.Before(s.Start) || until.After(s.End) || !r.worker(s.Person).fits(n) {
				continue
			}
			if len(s.Breaks) == 1 && from.Before(s.Breaks[0].End) && until.After(s.Breaks[0].Start) {
				continue
			}
			found = append(found, s)
		}
	}
	return found
}

// now gives somebody at work at an instant: with the skill and the language, else with the
// skill, else anybody who serves the client.
func (r *roster) now(n need, at time.Time, pick func(int) int) *worker {
	for _, try := range []need{n, {n.client, n.skill, "", n.lead}, {n.client, "", n.lang, n.lead}, {client: n.client, lead: n.lead}} {
		if found := r.at(try, at, at.Add(time.Second)); len(found) > 0 {
			return r.worker(found[pick(len(found))].Person)
		}
	}
	return &r.workers[1]
}

// slot is a window with the seat that a promise takes in it.
type slot struct {
	start time.Time
	who   *worker
	seat  coverage.Seat

	stored bool // its shift is in the database, so that the seat can be
}

const slotLength = 30 * time.Minute

// windowFrom takes a seat in the first covered window that starts at or after from, or in a later one
// when skip says so; false when there is none for a week.
func (r *roster) windowFrom(n need, from time.Time, skip int) (slot, bool) {
	start := from.Truncate(slotLength)
	if start.Before(from) {
		start = start.Add(slotLength)
	}
	for end := start.Add(7 * 24 * time.Hour); start.Before(end); start = start.Add(slotLength) {
		for _, s := range r.at(n, start, start.Add(slotLength)) {
			stored := r.stored(s)
			key := seatKey{s.Person, start.Unix()}
			seat := 0
			for stored && r.seats[key]&(1<<seat) != 0 {
				seat++
			}
			if seat >= s.Seats {
				continue
			}
			if skip > 0 {
				skip--
				break
			}
			if stored {
				r.seats[key] |= 1 << seat
			}
			return slot{start, r.worker(s.Person), coverage.Seat{Person: s.Person, Slot: start, Seat: seat}, stored}, true
		}
	}
	return slot{}, false
}

// stored reports whether a shift is in the database, so that its seats can be.
func (r *roster) stored(s coverage.Shift) bool {
	return !s.Start.Before(r.from) && s.Start.Before(r.until)
}

// free gives a seat back.
func (r *roster) free(s slot) {
	if s.stored {
		r.seats[seatKey{s.seat.Person, s.seat.Slot.Unix()}] &^= 1 << s.seat.Seat
	}
}

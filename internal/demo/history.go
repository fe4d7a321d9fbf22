package demo

import (
	"math/rand/v2"
	"time"

	"kept/internal/desk"
)

// weights of the hours of a day in which people ask, Monday to Friday; at weekends half of it.
var hourWeight = [24]float64{
	.12, .08, .06, .06, .08, .15, .35, .7, 1, 1.1, 1.1, 1, .9, 1, 1, .95, .95, .9, .7, .6, .5, .4, .3, .2,
}

// span is how long the history is: two months, or for large ones sixteen.
func span(tickets int) time.Duration {
	if tickets <= 20_000 {
		return 61 * 24 * time.Hour
	}
	return 480 * 24 * time.Hour
}

// arrivals gives n opening instants before the present, in order, by the hours in which people ask.
func arrivals(rnd *rand.Rand, n int, present time.Time, loc *time.Location) []time.Time {
	from := present.Add(-span(n)).Truncate(time.Hour)
	last := present.Add(-3 * time.Minute)
	var upTo []float64 // the weight of all hours up to each, itself included
	total := 0.0
	for h := from; h.Before(last); h = h.Add(time.Hour) {
		local := h.In(loc)
		w := hourWeight[local.Hour()]
		if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
			w /= 2
		}
		total += w
		upTo = append(upTo, total)
	}
	all := make([]time.Time, 0, n)
	hour, before := 0, 0.0
	for i := range n {
		at := (float64(i) + rnd.Float64()) / float64(n) * total
		for hour < len(upTo)-1 && at > upTo[hour] {
			before = upTo[hour]
			hour++
		}
		inside := (at - before) / (upTo[hour] - before)
		t := from.Add(time.Duration(hour)*time.Hour + time.Duration(inside*float64(time.Hour)))
		if t.After(last) {
			t = last
		}
		all = append(all, t.Truncate(time.Millisecond))
	}
	return all
}

// lives makes every ticket and gives them in chunks, until give says no.
func (s *seeder) lives(give func([]*life) bool) error {
	rnd := rand.New(source(s.o.Seed, "history"))
	today := scenes
	if s.o.Tickets < len(today) {
		today = today[:s.o.Tickets]
	}
	var questionAt, clientAt []int
	for i, q := range s.answers {
		for range q.weight {
			questionAt = append(questionAt, i)
		}
	}
	for i, c := range s.clients {
		for range c.weight {
			clientAt = append(clientAt, i)
		}
	}
	n := s.o.Tickets - len(today)
	var some []*life
	add := func(l *life, run func()) bool {
		run()
		l.overdue()
		l.deliver(l.present)
		l.settle()
		some = append(some, l)
		if len(some) < chunk {
			return true
		}
		full := some
		some = nil
		return give(full)
	}
	for i, opened := range arrivals(rnd, n, s.o.Now, s.roster.loc) {
		l := s.life(int64(i), opened, rnd)
		l.h, l.q = &s.clients[oneOf(rnd, clientAt)], &s.answers[oneOf(rnd, questionAt)]
		if !add(l, l.script) {
			return nil
		}
		if s.fault != nil {
			return s.fault
		}
	}
	for i, scene := range today {
		l := s.life(int64(n+i), s.o.Now, rnd)
		l.h = &s.clients[scene.client-1]
		for j := range s.answers {
			if s.answers[j].id == scene.question {
				l.q = &s.answers[j]
			}
		}
		if !add(l, func() { scene.play(l, scene) }) {
			return nil
		}
	}
	if len(some) > 0 {
		give(some)
	}
	return s.fault
}

func (s *seeder) life(serial int64, now time.Time, rnd *rand.Rand) *life {
	return &life{s: s, rnd: rnd, serial: serial & mostSerial, now: now, present: s.o.Now.Add(-5 * time.Second), seats: map[desk.PromiseID]slot{}}
}

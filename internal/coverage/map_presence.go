package coverage

import (
	"fmt"
	"slices"
	"strings"
)

// presence is who is there, on the shifts that serve a group.
type presence struct {
	client        int64
	on, call      watch
	seats, booked []uint8 // by slot and person
}

// watch is who is on shift, or on call.
type watch struct {
	all, part []uint64    // by slot: there all through, there for a part of it
	at        [][]stretch // by person: exactly when
}

// clientLists writes down which lists of clients people and shifts have: groups depend on nothing
// else.
func (p *Plan) clientLists() string {
	var b strings.Builder
	for i := range p.people {
		fmt.Fprint(&b, p.people[i].Clients == nil, p.people[i].Clients)
	}
	fmt.Fprint(&b, p.restricted())
	return b.String()
}

// restricted lists the different lists of clients that shifts have.
func (p *Plan) restricted() (lists [][]int64) {
	for i := range p.shifts {
		if c := p.shifts[i].Clients; c != nil {
			if at, found := slices.BinarySearchFunc(lists, c, slices.Compare); !found {
				lists = slices.Insert(lists, at, c)
			}
		}
	}
	return lists
}

// counts is serves for the client of a row.
func counts(clients []int64, client int64) bool {
	return serves(clients, client) || client == Everywhere && len(clients) > 0
}

// group puts clients together.
func (m *Map) group() {
	p := m.plan
	lists := p.restricted()
	known := map[string]int{}
	shared := map[string]*presence{}
	m.of = make([]int, len(m.grid.Clients))
	for c, client := range m.grid.Clients {
		serve := make([]uint64, m.words)
		for i := range p.people {
			if counts(p.people[i].Clients, client) {
				serve[i>>6] |= 1 << (i & 63)
			}
		}
		by := make([]byte, len(lists))
		for i, list := range lists {
			if counts(list, client) {
				by[i] = 1
			}
		}
		key := fmt.Sprint(serve) + string(by)
		g, found := known[key]
		if !found {
			there := shared[string(by)]
			if there == nil {
				there = m.presence(client)
				shared[string(by)] = there
			}
			g = len(m.groups)
			known[key] = g
			m.groups = append(m.groups, group{client, serve, there})
		}
		m.of[c] = g
	}
}

func (m *Map) presence(client int64) *presence {
	people, n := len(m.plan.people), len(m.slots)
	t := &presence{client: client, seats: make([]uint8, n*people), booked: make([]uint8, n*people)}
	for _, w := range []*watch{&t.on, &t.call} {
		w.all, w.part, w.at = make([]uint64, n*m.words), make([]uint64, n*m.words), make([][]stretch, people)
	}
	for i := range people {
		m.place(t, i)
	}
	return t
}

// place writes down when a person is there.
func (m *Map) place(t *presence, who int) {
	p := m.plan
	may := func(s *shift) bool { return !s.OnCall && counts(s.Clients, t.client) }
	var on, call []stretch
	for _, i := range p.of[who] {
		s := p.shifts[i]
		if !counts(s.Clients, t.client) {
			continue
		}
		there := without([]stretch{{s.start, s.end}}, s.breaks)
		if s.OnCall {
			call = append(call, there...)
			continue
		}
		on = append(on, there...)
		for _, part := range there {
			slot, _ := slices.BinarySearch(m.starts, part.start)
			for ; slot < len(m.starts) && m.starts[slot]+slotMicros <= part.end; slot++ {
				if at := m.starts[slot]; !p.shadowed(s, at, at+slotMicros, may) {
					booked, left := p.room(s, at, at+slotMicros)
					t.seats[slot*len(p.people)+who], t.booked[slot*len(p.people)+who] = uint8(booked+left), uint8(booked)
				}
			}
		}
	}
	t.on.mark(m, who, join(on))
	t.call.mark(m, who, join(call))
}

func (w *watch) mark(m *Map, who int, at []stretch) {
	w.at[who] = at
	bit, word := uint64(1)<<(who&63), who>>6
	for _, s := range at {
		slot, found := slices.BinarySearch(m.starts, s.start)
		if !found && slot > 0 {
			slot-- // it may begin within the slot before
		}
		for ; slot < len(m.starts) && m.starts[slot] < s.end; slot++ {
			from, to := m.starts[slot], m.starts[slot]+slotMicros
			switch i := slot*m.words + word; {
			case s.start <= from && s.end >= to:
				w.all[i] |= bit
			case s.start < to:
				w.part[i] |= bit
			}
		}
	}
}

// clear takes a person out of every slot.
func (t *presence) clear(m *Map, who int) {
	people := len(m.plan.people)
	for slot := range m.starts {
		t.seats[slot*people+who], t.booked[slot*people+who] = 0, 0
		for _, set := range [][]uint64{t.on.all, t.on.part, t.call.all, t.call.part} {
			set[slot*m.words+who>>6] &^= 1 << (who & 63)
		}
	}
}

func (t *presence) clone() *presence {
	c := &presence{client: t.client, seats: slices.Clone(t.seats), booked: slices.Clone(t.booked)}
	for i, w := range []*watch{&t.on, &t.call} {
		*[]*watch{&c.on, &c.call}[i] = watch{slices.Clone(w.all), slices.Clone(w.part), slices.Clone(w.at)}
	}
	return c
}

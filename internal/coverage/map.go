package coverage

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
	"time"

	"kept/internal/calendar"
)

// Want is what a row of a Map asks for; "" is any.
type Want struct{ Skill, Language string }

// Due is a promise that somebody has to keep by an instant.
type Due struct {
	Client int64
	Want
	At time.Time
}

// Everywhere is the client of rows for the whole desk: everybody counts, whomever they serve, and
// the promises of every client.
const Everywhere int64 = 0

// Grid says what a Map is of: each client with each want, for each half hour of the days.
type Grid struct {
	Clients []int64
	Wants   []Want
	From    time.Time
	Days    int            // of 24 hours; 0 means 28, 366 are the most
	Zone    *time.Location // whose half hours; nil is UTC
	// Need gives how many people each half hour needs; what it leaves out needs nobody, and nil
	// needs one at all times. The slice is kept and may be given for many rows.
	Need func(client int64, w Want, slots []time.Time) []uint16
	Due  []Due
}

// Cell is one half hour of one row.
type Cell struct {
	People int // the fewest who are there at any instant of it
	OnCall int // likewise, of those who can be called in
	Seats  int // promises that can be kept in it, those booked included, as Plan.Windows says
	Booked int
	Calls  int // that those who are there all through can take in an hour, where it is known
	Need   int
	Due    int // promises due in it, or at its end
}

// Map is the coverage of a Grid. It does not change and may be shared.
//
// It keeps one set of bits for each half hour: who is there. A row is the count of the bits
// that remain of those who serve the client and have the skill; clients whom the same people
// serve are counted once.
type Map struct {
	grid   Grid
	plan   *Plan
	slots  []time.Time
	starts []int64
	words  int // of a set of people
	lists  string
	groups []group
	of     []int // the group of each client
	able   [][]version
	need   [][]uint16 // by row: client × wants + want; nil needs one
	short  [][]uint64 // by row: the slots that need more than they have
	due    [][]int32  // by row: the slots of promises that are due, ascending
	row    map[int64]int
	want   map[Want]int
}

const slotMicros = 30 * int64(time.Minute/time.Microsecond)

// group is clients whom the same people serve on the same shifts.
type group struct {
	client int64 // one of them
	serve  []uint64
	there  *presence
}

// version is who is able to do what a row wants from a slot on: to the end of a slot, or of a
// part of it.
type version struct {
	from      int
	all, part []uint64
}

// Map computes the coverage of a grid.
func (p *Plan) Map(g Grid) *Map { return p.chart(g, nil) }

// chart is Map with the needs of another map of the same grid.
func (p *Plan) chart(g Grid, like *Map) *Map {
	if g.Days == 0 {
		g.Days = 28
	}
	g.Days = max(0, min(g.Days, 366))
	m := &Map{grid: g, plan: p, words: (len(p.people) + 63) / 64, row: map[int64]int{}, want: map[Want]int{}}
	for i, c := range g.Clients {
		m.row[c] = i
	}
	for i, w := range g.Wants {
		m.want[w] = i
	}
	m.slots = calendar.Slots(g.Zone, 30*time.Minute, g.From, g.From.Add(time.Duration(g.Days)*24*time.Hour))
	for _, t := range m.slots {
		m.starts = append(m.starts, t.UnixMicro())
	}
	m.lists = p.clientLists()
	m.group()
	m.findAble()
	m.short = make([][]uint64, len(g.Clients)*len(g.Wants))
	if like != nil {
		m.need, m.due = like.need, like.due
	} else {
		m.need = make([][]uint16, len(m.short))
		if g.Need != nil {
			for i := range m.need {
				if m.need[i] = g.Need(g.Clients[i/len(g.Wants)], g.Wants[i%len(g.Wants)], m.slots); m.need[i] == nil {
					m.need[i] = []uint16{}
				}
			}
		}
		m.findDue()
	}
	every := make([]int, len(m.slots))
	for i := range every {
		every[i] = i
	}
	have := make([]int, len(m.slots))
	for gi := range m.groups {
		for w := range g.Wants {
			m.count(&m.groups[gi], w, every, have)
			for c, of := range m.of {
				if of == gi {
					row := c*len(g.Wants) + w
					m.short[row] = make([]uint64, (len(m.slots)+63)/64)
					m.judge(row, every, have)
				}
			}
		}
	}
	return m
}

// judge marks the slots that are short.
func (m *Map) judge(row int, slots []int, have []int) {
	short := m.short[row]
	for i, s := range slots {
		if have[i] < m.needs(row, s) {
			short[s>>6] |= 1 << (s & 63)
		} else {
			short[s>>6] &^= 1 << (s & 63)
		}
	}
}

func (m *Map) needs(row, slot int) int {
	switch need := m.need[row]; {
	case need == nil:
		return 1
	case slot < len(need):
		return int(need[slot])
	}
	return 0
}

func (m *Map) findDue() {
	m.due = make([][]int32, len(m.short))
	for _, d := range m.grid.Due {
		w, wanted := m.want[d.Want]
		s := m.slot(d.At.UnixMicro() - 1)
		if !wanted || s < 0 {
			continue
		}
		for _, client := range []int64{d.Client, Everywhere} {
			if c, known := m.row[client]; known {
				row := c*len(m.grid.Wants) + w
				m.due[row] = append(m.due[row], int32(s))
			}
		}
	}
	for _, list := range m.due {
		slices.Sort(list)
	}
}

// dues counts the promises that are due in a slot.
func (m *Map) dues(row, slot int) int {
	list := m.due[row]
	if len(list) == 0 {
		return 0
	}
	from, _ := slices.BinarySearch(list, int32(slot))
	to, _ := slices.BinarySearch(list[from:], int32(slot+1))
	return to
}

// slot finds the slot of an instant, -1 for none.
func (m *Map) slot(at int64) int {
	i, found := slices.BinarySearch(m.starts, at)
	if !found {
		i--
	}
	if i < 0 || at >= m.starts[i]+slotMicros {
		return -1
	}
	return i
}

// findAble computes, for each want, who has the skill and the language, from slot to slot as
// certifications end.
func (m *Map) findAble() {
	m.able = make([][]version, len(m.grid.Wants))
	until := make([]int64, len(m.plan.people))
	for w, want := range m.grid.Wants {
		changes := []int{0}
		for i := range until {
			until[i] = m.plan.people[i].skilled(want.Skill, want.Language)
			if n := len(m.starts); n > 0 && until[i] > m.starts[0] && until[i] < m.starts[n-1]+slotMicros {
				slot, found := slices.BinarySearch(m.starts, until[i])
				if !found {
					changes = append(changes, slot-1)
				}
				changes = append(changes, slot)
			}
		}
		slices.Sort(changes)
		for _, from := range slices.Compact(changes) {
			if from >= len(m.starts) {
				break
			}
			v := version{from, make([]uint64, m.words), make([]uint64, m.words)}
			for i, u := range until {
				switch {
				case u >= m.starts[from]+slotMicros:
					v.all[i>>6] |= 1 << (i & 63)
				case u > m.starts[from]:
					v.part[i>>6] |= 1 << (i & 63)
				}
			}
			m.able[w] = append(m.able[w], v)
		}
	}
}

// view looks at a group through what a row wants.
type view struct {
	m         *Map
	g         *group
	want      int
	from, to  int      // the slots for which the sets below hold
	all, part []uint64 // who serves the group and is able, all through or for a part
}

func (m *Map) view(g *group, want int) *view {
	sets := make([]uint64, 2*m.words)
	return &view{m: m, g: g, want: want, all: sets[:m.words], part: sets[m.words:]}
}

// turn looks at a slot.
func (v *view) turn(slot int) {
	if slot >= v.from && slot < v.to {
		return
	}
	list := v.m.able[v.want]
	i := sort.Search(len(list), func(i int) bool { return list[i].from > slot }) - 1
	v.from, v.to = list[i].from, len(v.m.starts)
	if i+1 < len(list) {
		v.to = list[i+1].from
	}
	for k, serve := range v.g.serve {
		v.all[k], v.part[k] = serve&list[i].all[k], serve&(list[i].all[k]|list[i].part[k])
	}
}

// fewest gives the fewest people at any instant of a slot.
func (v *view) fewest(w *watch, slot int) int {
	n, rest := 0, uint64(0)
	base := slot * v.m.words
	all, part, there, partly := v.all, v.part[:len(v.all)], w.all[base:base+len(v.all)], w.part[base:base+len(v.all)]
	for k, able := range all {
		sure := there[k] & able
		n += bits.OnesCount64(sure)
		rest |= (there[k] | partly[k]) & part[k] &^ sure
	}
	if rest != 0 {
		n += v.m.fewest(w, v.want, slot, all, part)
	}
	return n
}

// count gives the fewest people on shift in each of some slots.
func (m *Map) count(g *group, want int, slots []int, have []int) {
	v := m.view(g, want)
	for i, slot := range slots {
		v.turn(slot)
		have[i] = v.fewest(&g.there.on, slot)
	}
}

// fewest gives the fewest people at any instant of a slot, of those who are there or able for a
// part of it only.
func (m *Map) fewest(w *watch, want, slot int, all, part []uint64) int {
	from, to := m.starts[slot], m.starts[slot]+slotMicros
	type change struct {
		at int64
		by int
	}
	var room [16]change
	changes := room[:0]
	here := 0
	for k := range all {
		base := slot*m.words + k
		for rest := (w.all[base] | w.part[base]) & part[k] &^ (w.all[base] & all[k]); rest != 0; rest &= rest - 1 {
			who := k<<6 + bits.TrailingZeros64(rest)
			until := m.plan.people[who].skilled(m.grid.Wants[want].Skill, m.grid.Wants[want].Language)
			for _, s := range w.at[who] {
				start, end := max(s.start, from), min(s.end, to, until)
				if start >= end {
					continue
				}
				if start == from {
					here++
				} else {
					changes = append(changes, change{start, 1})
				}
				if end < to {
					changes = append(changes, change{end, -1})
				}
			}
		}
	}
	// Who comes in the instant in which another goes fills the place.
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	least := here
	for _, c := range changes {
		here += c.by
		least = min(least, here)
	}
	return least
}

// Slots lists the starts of the half hours.
func (m *Map) Slots() []time.Time { return m.slots }

// Cell gives one half hour, by its place in Slots; empty for a client or a want that is not in the
// grid.
func (m *Map) Cell(client int64, w Want, slot int) Cell {
	if slot < 0 || slot >= len(m.slots) {
		return Cell{}
	}
	if cells := m.cells(client, w, slot, slot+1); cells != nil {
		return cells[0]
	}
	return Cell{}
}

// Row gives all half hours of a client and a want, as Slots; nil if they are not in the grid.
func (m *Map) Row(client int64, w Want) []Cell { return m.cells(client, w, 0, len(m.slots)) }

func (m *Map) cells(client int64, w Want, from, to int) []Cell {
	c, known := m.row[client]
	want, wanted := m.want[w]
	if !known || !wanted {
		return nil
	}
	g := &m.groups[m.of[c]]
	row := c*len(m.grid.Wants) + want
	v := m.view(g, want)
	people := len(m.plan.people)
	cells := make([]Cell, to-from)
	for i := range cells {
		slot, cell := from+i, &cells[i]
		v.turn(slot)
		cell.People, cell.OnCall = v.fewest(&g.there.on, slot), v.fewest(&g.there.call, slot)
		cell.Need, cell.Due = m.needs(row, slot), m.dues(row, slot)
		seats, booked := g.there.seats[slot*people:], g.there.booked[slot*people:]
		for k, able := range v.all {
			for set := g.there.on.all[slot*m.words+k] & able; set != 0; set &= set - 1 {
				who := k<<6 + bits.TrailingZeros64(set)
				cell.Seats += int(seats[who])
				cell.Booked += int(booked[who])
				cell.Calls += m.plan.people[who].Capacity.Calls
			}
		}
	}
	return cells
}

// Worse is what a longer stretch than half an hour shows: the fewest people, the highest need, and
// all seats and promises of both.
func (c Cell) Worse(d Cell) Cell {
	return Cell{People: min(c.People, d.People), OnCall: min(c.OnCall, d.OnCall), Seats: c.Seats + d.Seats, Booked: c.Booked + d.Booked,
		Calls: min(c.Calls, d.Calls), Need: max(c.Need, d.Need), Due: c.Due + d.Due}
}

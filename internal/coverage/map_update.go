package coverage

import "slices"

// Update gives the map of another plan, computing only the people and hours that differ. Needs and
// promises due stay. It equals Map of that plan; it is one when people were added or taken
// away, or serve other clients.
func (m *Map) Update(p *Plan) *Map {
	same := slices.EqualFunc(m.plan.people, p.people, func(a, b Person) bool { return a.ID == b.ID })
	if !same || m.lists != p.clientLists() {
		return p.chart(m.grid, m)
	}
	next := *m
	next.plan = p
	next.short = slices.Clone(m.short)
	next.groups = slices.Clone(m.groups)
	skills := false
	var changed []int
	for i := range p.people {
		switch {
		case !sameSkills(&m.plan.people[i], &p.people[i]):
			skills = true
			changed = append(changed, i)
		case m.plan.people[i].Capacity != p.people[i].Capacity || !samePlace(m.plan, p, i):
			changed = append(changed, i)
		}
	}
	if skills {
		next.findAble()
	}
	copies := map[*presence]*presence{}
	touched := map[*presence][]touch{}
	for i := range next.groups {
		g := &next.groups[i]
		before := g.there
		if copies[before] == nil {
			t := before.clone()
			for _, who := range changed {
				t.clear(&next, who)
				next.place(t, who)
				all := !sameSkills(&m.plan.people[who], &p.people[who])
				touched[before] = append(touched[before], touch{who, next.differ(before, t, who, all)})
			}
			copies[before] = t
		}
		g.there = copies[before]
		next.again(m, i, touched[before])
	}
	return &next
}

// touch is the slots in which a person's presence or skill has changed.
type touch struct {
	who   int
	slots []int
}

// again judges the touched slots of a group anew.
func (m *Map) again(old *Map, of int, touched []touch) {
	g := &m.groups[of]
	wants := len(m.grid.Wants)
	for _, t := range touched {
		if g.serve[t.who>>6]>>(t.who&63)&1 == 0 || len(t.slots) == 0 {
			continue
		}
		have := make([]int, len(t.slots))
		for w, want := range m.grid.Wants {
			if m.plan.people[t.who].skilled(want.Skill, want.Language) == 0 && old.plan.people[t.who].skilled(want.Skill, want.Language) == 0 {
				continue
			}
			m.count(g, w, t.slots, have)
			for c, group := range m.of {
				if group == of {
					row := c*wants + w
					if &m.short[row][0] == &old.short[row][0] {
						m.short[row] = slices.Clone(m.short[row])
					}
					m.judge(row, t.slots, have)
				}
			}
		}
	}
}

// differ lists the slots in which a person is or was there, in another way or, with all, at all.
func (m *Map) differ(a, b *presence, who int, all bool) (slots []int) {
	bit, word := uint64(1)<<(who&63), who>>6
	for slot := range m.starts {
		i := slot*m.words + word
		part := (a.on.part[i] | b.on.part[i]) & bit
		there := (a.on.all[i] | b.on.all[i]) & bit
		if (a.on.all[i]^b.on.all[i])&bit|part != 0 || all && there != 0 {
			slots = append(slots, slot)
		}
	}
	return slots
}

func sameSkills(a, b *Person) bool {
	if len(a.Skills) != len(b.Skills) || !slices.Equal(a.Languages, b.Languages) {
		return false
	}
	for k, v := range a.Skills {
		if w, has := b.Skills[k]; !has || !v.Equal(w) {
			return false
		}
	}
	return true
}

// samePlace tells whether a person has the same shifts, breaks and bookings in two plans.
func samePlace(a, b *Plan, who int) bool {
	return slices.Equal(a.taken[who], b.taken[who]) && slices.EqualFunc(a.of[who], b.of[who], func(i, j int) bool {
		x, y := a.shifts[i], b.shifts[j]
		return x.ID == y.ID && x.start == y.start && x.end == y.end && x.OnCall == y.OnCall && x.seats == y.seats &&
			slices.Equal(x.breaks, y.breaks) &&
			(x.Clients == nil) == (y.Clients == nil) && slices.Equal(x.Clients, y.Clients)
	})
}

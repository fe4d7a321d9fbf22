package simulate

import (
	"time"

	"kept/internal/need"
)

// Gap is a time in which nobody who was there knew a skill, for the hospitals of one region.
type Gap struct {
	Skill       string
	Division    int
	Region      int // of the division
	From, Until time.Time
	Listed      bool // for a part of it somebody was on the roster who did not come
}

// Lasted is how long nobody was there.
func (g Gap) Lasted() time.Duration { return g.Until.Sub(g.From) }

// SkillGaps are the gaps of one skill in all regions.
type SkillGaps struct {
	Gaps    int
	Halves  int // half hours, each region apart
	Absent  int // of them, in which somebody was rostered who did not come
	Longest Gap
	Week    [7 * 24]int // half hours by hour of the week, Monday 0:00 first
}

type gapKey struct{ skill, region int }

// Half is one half hour of the week, as often as it came.
type Half struct {
	Seen     int
	Calls    int
	Promises int // work that was promised for it, or written to the desk in it
	Listed   int // people on the roster
	There    int // people who came
}

func (w *world) half(t time.Time) *Half { return &w.report.Week[need.CellOf(t, zone)] }

// watch counts every half hour who is there and which skill nobody brings.
func (w *world) watch() error {
	w.in(need.HalfHour, w.watch)
	h := w.half(w.now)
	h.Seen++
	there, listed := make([]uint64, w.regions), make([]uint64, w.regions)
	for _, a := range w.analysts {
		if !w.now.Before(a.listed) {
			continue
		}
		h.Listed++
		came := a.on(w.now)
		if came {
			h.There++
		}
		for r := range w.regions {
			if a.region != everywhere && a.region != r {
				continue
			}
			listed[r] |= a.bits
			if came {
				there[r] |= a.bits
			}
		}
	}
	w.report.Halves += w.regions
	for r := range w.regions {
		for k, skill := range skills {
			key := gapKey{k, r}
			g := w.gaps[key]
			if there[r]&(1<<k) != 0 {
				if g != nil {
					w.closeGap(key)
				}
				continue
			}
			if g == nil {
				g = &Gap{Skill: skill, Division: w.part, Region: r, From: w.now}
				w.gaps[key] = g
			}
			sum := w.gapsOf(skill)
			sum.Halves++
			sum.Week[need.CellOf(w.now, zone)/2]++
			if listed[r]&(1<<k) != 0 {
				g.Listed = true
				sum.Absent++
			}
		}
	}
	return nil
}

func (w *world) gapsOf(skill string) *SkillGaps {
	sum := w.report.Gaps[skill]
	if sum == nil {
		sum = &SkillGaps{}
		w.report.Gaps[skill] = sum
	}
	return sum
}

func (w *world) closeGap(key gapKey) {
	g := w.gaps[key]
	delete(w.gaps, key)
	g.Until = w.now
	sum := w.gapsOf(g.Skill)
	sum.Gaps++
	if g.Lasted() > sum.Longest.Lasted() {
		sum.Longest = *g
	}
}

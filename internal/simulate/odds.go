package simulate

import (
	"time"

	"kept/internal/desk"
	"kept/internal/need"
)

// points are how much of its time a promise has used up when its odds are asked for: from the start of its window, or from
// when it was made, to its due instant.
var points = [3]float64{0.5, 0.75, 0.9}

// odd is what the desk said of a live promise.
type odd struct {
	point  int
	chance float64
}

// judge asks for the odds of a promise that is live.
func (w *world) judge(f *file, p desk.Promise) {
	from := p.MadeAt
	if p.Start.Before(p.Due) {
		from = p.Start
	}
	if p.Kind == desk.Confirm || p.RepairOf != 0 {
		return
	}
	for i, share := range points {
		w.at(from.Add(time.Duration(share*float64(p.Due.Sub(from)))), func() error {
			if f.ended[p.ID] {
				return nil
			}
			all, err := w.promises(f)
			if err != nil {
				return err
			}
			for _, now := range all {
				if now.ID != p.ID || !now.State.Live() {
					continue
				}
				d, err := w.app.Odds(w.ctx, now)
				if err != nil {
					return err
				}
				if d.Cases >= need.Enough {
					f.odds[p.ID] = append(f.odds[p.ID], odd{i, d.Chance})
				}
			}
			return nil
		})
	}
}

// came compares what was said with what came. What was moved or not needed says nothing.
func (w *world) came(f *file, p desk.Promise) {
	for _, o := range f.odds[p.ID] {
		switch p.State {
		case desk.Broken, desk.KeptLate:
			w.report.judged(o.point, p.Function, need.Outcome{Chance: o.chance, Breached: true})
		case desk.Kept:
			w.report.judged(o.point, p.Function, need.Outcome{Chance: o.chance})
		}
	}
	delete(f.odds, p.ID)
}

// study has the desk learn from its past, once a day.
func (w *world) study() error {
	w.at(w.now.In(zone).AddDate(0, 0, 1).UTC(), w.study)
	return w.app.Study(w.ctx)
}

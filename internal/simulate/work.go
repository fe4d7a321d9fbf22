package simulate

import (
	"container/heap"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// analyst is somebody who works the desk. One does one thing at a time.
type analyst struct {
	desk.Staff
	v      desk.Viewer
	skills []string
	team   int
	no     int // among all of the desk
	ten    int // in which ten of the division
	region int
	bits   uint64    // of the skills, by their numbers
	extra  *Shift    // that somebody thinks of adding; nil for those who are there anyhow
	until  time.Time // end of the shift; zero when off
	listed time.Time // end of the shift on the roster, whether they came or not
	doing  bool
}

// everywhere is the region of those who serve all hospitals.
const everywhere = -1

func (a *analyst) on(now time.Time) bool         { return now.Before(a.until) }
func (a *analyst) free(now time.Time) bool       { return a.on(now) && !a.doing }
func (a *analyst) can(skill string) bool         { return slices.Contains(a.skills, skill) }
func (a *analyst) speaks(lang string) bool       { return slices.Contains(a.Languages, lang) }
func (a *analyst) serves(c desk.ClientID) bool   { return a.v.Sees(c) }
func (a *analyst) leads() bool                   { return a.Role == desk.Supervisor }
func (a *analyst) answers(c desk.ClientID) bool  { return a.serves(c) && !a.leads() }
func (a *analyst) knows(f *file, s string) bool  { return a.serves(f.h.ID) && (a.can(s) || a.leads()) }
func (w *world) member(id desk.StaffID) *analyst { return w.analysts[id-1] }
func (w *world) comes(a *analyst, until time.Time, absent bool) func() error {
	return func() error {
		w.report.Shifts++
		a.listed = until
		if absent {
			w.report.Absences++
			return nil
		}
		if until.After(a.until) {
			a.until = until
		}
		return w.next(a)
	}
}

// busy keeps a at something for a while; then comes what is next.
func (w *world) busy(a *analyst, span time.Duration, then func() error) error {
	a.doing = true
	w.report.Worked += span
	w.report.Done++
	w.in(span, func() error {
		a.doing = false
		if err := w.tolerate(then()); err != nil {
			return err
		}
		return w.next(a)
	})
	return nil
}

// next gives a free analyst the next thing to do: whoever waits on the telephone, then a question that
// waits for a first word.
func (w *world) next(a *analyst) error {
	if !a.free(w.now) {
		return nil
	}
	if k := w.nextCaller(a); k != nil {
		return w.takeCall(a, k)
	}
	if t, ok := w.written.take(w.now, a); ok {
		return w.answer(a, t)
	}
	return nil
}

// task is a promise of words that somebody must write.
type task struct {
	due time.Time
	f   *file
	seq int
}

// written is what waits for words, what is due first on top.
type written struct {
	tasks []task
	seq   int
}

func (q *written) Len() int { return len(q.tasks) }
func (q *written) Less(i, j int) bool {
	if q.tasks[i].due.Equal(q.tasks[j].due) {
		return q.tasks[i].seq < q.tasks[j].seq
	}
	return q.tasks[i].due.Before(q.tasks[j].due)
}
func (q *written) Swap(i, j int) { q.tasks[i], q.tasks[j] = q.tasks[j], q.tasks[i] }
func (q *written) Push(x any)    { q.tasks = append(q.tasks, x.(task)) }
func (q *written) Pop() any {
	t := q.tasks[len(q.tasks)-1]
	q.tasks = q.tasks[:len(q.tasks)-1]
	return t
}

// looked is how many waiting questions somebody looks through for one that fits.
const looked = 40

// take gives a the first task that fits; tasks that came too late or for nobody here go back.
func (q *written) take(now time.Time, a *analyst) (found task, ok bool) {
	var back []task
	for n := 0; n < looked && q.Len() > 0 && !ok; n++ {
		t := heap.Pop(q).(task)
		switch {
		case t.f.over:
		case a.serves(t.f.h.ID) && (t.f.lang != "es" || a.speaks("es") || t.due.Sub(now) < time.Hour):
			found, ok = t, true
		default:
			back = append(back, t)
		}
	}
	for _, t := range back {
		heap.Push(q, t)
	}
	return found, ok
}

// wants puts a promise of words into the pile, and somebody who is free takes it.
func (w *world) wants(f *file, due time.Time) error {
	w.written.seq++
	heap.Push(&w.written, task{due, f, w.written.seq})
	for _, a := range w.analysts {
		if a.free(w.now) && a.answers(f.h.ID) {
			return w.next(a)
		}
	}
	return nil
}

// answer writes the first word, and asks later whether it is fixed.
func (w *world) answer(a *analyst, t task) error {
	return w.busy(a, w.about(t.f.takes(4*time.Minute), 0.5), func() error {
		if _, err := w.app.Reply(w.ctx, a.v, t.f.ref, app.Words{Body: "You can do this in Settings, on the page Units. Tell us if it does not work."}); err != nil {
			return err
		}
		w.in(w.about(3*time.Hour, 0.7), func() error { return w.asksIfFixed(t.f) })
		return w.look(t.f)
	})
}

// asksIfFixed is done by whoever is at work for that hospital.
func (w *world) asksIfFixed(f *file) error {
	if f.over {
		return nil
	}
	for _, a := range w.analysts {
		if a.on(w.now) && a.serves(f.h.ID) {
			if err := w.app.AskIfFixed(w.ctx, a.v, f.ref); err != nil {
				return w.tolerate(err)
			}
			w.answersLater(f)
			return w.look(f)
		}
	}
	w.in(time.Hour, func() error { return w.asksIfFixed(f) })
	return nil
}

// callsBack keeps a promised call: the owner, or whoever else knows it. Nobody free means that it is
// tried again in three minutes, until it is too late.
func (w *world) callsBack(f *file, p desk.Promise) func() error {
	return func() error {
		if f.over || f.ended[p.ID] {
			return nil
		}
		var by *analyst
		if p.Owner != 0 && w.member(p.Owner).free(w.now) {
			by = w.member(p.Owner)
		}
		for i := 0; by == nil && i < len(w.analysts); i++ {
			if a := w.analysts[i]; a.free(w.now) && a.knows(f, p.Skill) {
				by = a
			}
		}
		if by == nil {
			if w.now.Add(3 * time.Minute).Before(p.Due) {
				w.in(3*time.Minute, w.callsBack(f, p))
			}
			return nil
		}
		if err := w.app.TryPromise(w.ctx, by.v, f.ref, p.ID); err != nil {
			return w.tolerate(err)
		}
		if w.chance(0.25) {
			return w.busy(by, time.Minute, func() error {
				if err := w.app.MissedCall(w.ctx, by.v, f.ref, p.ID, pick(w.rand, app.Misses)); err != nil {
					return err
				}
				return w.look(f)
			})
		}
		return w.busy(by, w.about(f.takes(6*time.Minute), 0.5), func() error {
			if err := w.app.KeepPromise(w.ctx, by.v, f.ref, p.ID, "Talked it through.", nil); err != nil {
				return err
			}
			w.answersLater(f)
			return w.look(f)
		})
	}
}

// board is whoever leads looking at the board, every ten minutes: somebody takes care of each alert.
func (w *world) board() error {
	w.in(10*time.Minute, w.board)
	var alerts []desk.Alert
	err := w.db.DeskRead(w.ctx, lookout, func(tx *store.DeskReadTx) (err error) {
		alerts, err = tx.OpenAlerts(100)
		return err
	})
	if err != nil {
		return err
	}
	for _, al := range alerts {
		i := slices.IndexFunc(w.analysts, func(a *analyst) bool { return a.leads() && a.on(w.now) && a.serves(al.Client) })
		if i < 0 {
			return nil
		}
		w.report.Alerts++
		if err := w.tolerate(w.app.AckAlert(w.ctx, w.analysts[i].v, al.ID)); err != nil {
			return err
		}
	}
	return nil
}

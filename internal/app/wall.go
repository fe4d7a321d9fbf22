package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Wall is what hangs in the room: figures and hospitals, no name of a person who asked, and of staff only who
// helps and who is on call. It is at most wallLasts old.
type Wall struct {
	Client  desk.Client // zero ID: all that the viewer serves
	Broken  WallPart
	AtRisk  WallPart
	Hour    WallPart // due in the next hour
	Counts  BoardCounts
	Alerts  []WallAlert // open ones, by kind, the longest open first
	Cover   []WallCover
	Hours   []time.Time // the columns of Cover
	Gap     WallGap
	Loops   int // questions that are open for more than wallLoop, wallMost at most
	Oldest  time.Time
	OnCall  []string   // who can be woken now, by name
	Lines   []WallLine // of phone systems that report here
	Engine  Engine
	NextDue time.Time
	Now     time.Time // of the figures
}

// WallPart is one group of promises: how many, and the first of them.
type WallPart struct {
	N      int
	First  desk.Promise // zero when N is
	Client desk.Client  // of First
	Why    string       // of what is at risk
	Helps  string       // first name of who is on a call for it; empty: nobody
}

// WallAlert is how many alerts of one kind are open.
type WallAlert struct {
	Kind  desk.AlertKind
	Flag  desk.Flag
	N     int
	Since time.Time
}

// WallCover is one skill in the next hours: how many people are on shift at the start of each, and how many
// promises that need it are due in it.
type WallCover struct {
	Skill       desk.Skill
	People, Due []int
}

// WallGap is the first hour in which a skill is needed and nobody has it; zero At is none.
type WallGap struct {
	Skill desk.Skill
	At    time.Time
	Due   int // promises from then on, in the hours shown
}

// Engine says whether the clock that breaks promises, and what sends messages, are at work. Seen moves while
// there is nothing to do; Lag and Unsent are zero then.
type Engine struct {
	Seen   time.Time     // the last sign of life of any node; zero: none on record
	Lag    time.Duration // how long the oldest due promise has waited
	Unsent time.Duration // how long the oldest due message has waited
	Outage Outage
	Now    time.Time
}

// From when on a silence is no longer the usual pause: the sweeper leaves a sign each minute.
const (
	engineSilent = 150 * time.Second
	engineLate   = 30 * time.Second
	engineUnsent = 60 * time.Second
)

// Silent reports whether nobody has swept for longer than it may take.
func (e Engine) Silent() bool { return e.Now.Sub(e.Seen) > engineSilent || e.Lag > engineLate }

// Stuck reports whether messages wait longer than they may.
func (e Engine) Stuck() bool { return e.Unsent > engineUnsent }

const (
	wallLasts = 5 * time.Second
	wallMost  = 1000
	wallHours = 8
	wallRows  = 4 // what fits beneath the sentence about a gap
	wallLoop  = 7 * 24 * time.Hour
)

// Wall gives the figures of one client, or of all that v serves. Those who lead, and the holder of an address
// that one of them made.
func (a *App) Wall(ctx context.Context, v desk.Viewer, c desk.ClientID) (Wall, error) {
	if !v.Leads() {
		return Wall{}, desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can open the wall, or an address that one of them made.")
	}
	if c != 0 && !v.Sees(c) {
		return Wall{}, notFound
	}
	key := wallKey{v.Staff, c}
	now := a.Now()
	if w, ok := a.walls.get(key, now, wallLasts); ok {
		return w, nil
	}
	w, err := a.readWall(ctx, v, c, now)
	if err == nil {
		a.walls.keep(key, w, now)
	}
	return w, err
}

func (a *App) readWall(ctx context.Context, v desk.Viewer, c desk.ClientID, now time.Time) (Wall, error) {
	know, err := a.know(ctx)
	if err != nil {
		return Wall{}, err
	}
	on, err := a.onDuty(ctx, now)
	if err != nil {
		return Wall{}, err
	}
	w := Wall{Client: know.client[c], Now: now}
	var live []desk.Promise
	var alerts []desk.Alert
	err = a.db.DeskRead(ctx, v, func(tx *store.DeskReadTx) (err error) {
		if live, err = tx.Pledged(c, now.Add(riskAhead), wallMost); err != nil {
			return err
		}
		if alerts, err = tx.OpenAlerts(wallMost); err != nil {
			return err
		}
		open, err := tx.OpenSince(c, now.Add(-wallLoop), wallMost)
		if err != nil {
			return err
		}
		if w.Loops = len(open); w.Loops > 0 {
			w.Oldest = open[0]
		}
		r := boardRows{}
		if r.ended, err = tx.EndedOf(c, now.Add(-24*time.Hour)); err != nil {
			return err
		}
		w.Counts = r.counts()
		return w.phones(a, tx, know)
	})
	if err != nil {
		return Wall{}, err
	}
	if w.Engine, err = a.engine(ctx, now); err != nil {
		return Wall{}, err
	}
	w.place(live, on, know)
	w.Alerts = wallAlerts(alerts, c)
	w.cover(live, on, know, know.seen(v))
	for _, d := range on.plan.CalledIn(now, now.Add(time.Microsecond)) {
		if c == 0 || calledInFor(d, c) {
			w.OnCall = append(w.OnCall, know.staff[desk.StaffID(d.Person.ID)])
		}
	}
	slices.Sort(w.OnCall)
	w.OnCall = slices.Compact(w.OnCall)
	return w, nil
}

// place counts what is promised by urgency, as the board does.
func (w *Wall) place(live []desk.Promise, on *duty, know *facts) {
	weight := -1
	for _, p := range live {
		var part *WallPart
		look := on.look(p)
		switch left := p.Due.Sub(w.Now); {
		case p.RepairOf != 0 || look == desk.LookBroken:
			part = &w.Broken
		case look == desk.LookAtRisk || look == desk.LookHeld:
			part = &w.AtRisk
		case left <= time.Hour && p.Kind != desk.Confirm:
			part = &w.Hour
		}
		if w.NextDue.IsZero() && p.Due.After(w.Now) && p.Kind != desk.Confirm {
			w.NextDue = p.Due
		}
		if part == nil {
			continue
		}
		part.N++
		first := part.N == 1
		if part == &w.AtRisk {
			// The first is the one that is most likely to break.
			g := on.danger(p)
			if first = g.weight() > weight; first {
				weight, part.Why = g.weight(), g.Says()
				if look == desk.LookHeld {
					part.Why = "fell due while Kept was down"
				}
			}
		}
		if !first {
			continue
		}
		part.First, part.Client, part.Helps = p, know.client[p.Client], ""
		for _, call := range on.calls {
			if call.Client == p.Client && call.Promise == p.ID {
				part.Helps, _, _ = strings.Cut(call.Name, " ")
			}
		}
	}
}

func wallAlerts(alerts []desk.Alert, c desk.ClientID) (list []WallAlert) {
	for _, al := range alerts {
		if c != 0 && al.Client != c {
			continue
		}
		i := slices.IndexFunc(list, func(x WallAlert) bool { return x.Kind == al.Kind && x.Flag == al.Flag })
		if i < 0 {
			i, list = len(list), append(list, WallAlert{Kind: al.Kind, Flag: al.Flag, Since: al.RaisedAt})
		}
		list[i].N++
		if al.RaisedAt.Before(list[i].Since) {
			list[i].Since = al.RaisedAt
		}
	}
	slices.SortStableFunc(list, func(x, y WallAlert) int { return x.Since.Compare(y.Since) })
	return list
}

// cover counts people and promises by skill, for the skills that are needed most, those that nobody has
// first.
func (w *Wall) cover(live []desk.Promise, on *duty, know *facts, clients []desk.Client) {
	if w.Client.ID != 0 {
		clients = []desk.Client{w.Client}
	}
	for i := range wallHours {
		w.Hours = append(w.Hours, w.Now.Truncate(time.Hour).Add(time.Duration(i)*time.Hour))
	}
	due := map[string][]int{}
	for _, p := range live {
		i := int(p.Due.Sub(w.Hours[0]) / time.Hour)
		if p.Skill == "" || p.RepairOf != 0 || p.Kind == desk.Confirm || i < 0 || i >= wallHours {
			continue
		}
		if due[p.Skill] == nil {
			due[p.Skill] = make([]int, wallHours)
		}
		due[p.Skill][i]++
	}
	for skill, n := range due {
		row := WallCover{Skill: know.skill(skill), Due: n, People: make([]int, wallHours)}
		for i, at := range w.Hours {
			people := map[int64]bool{}
			for _, c := range clients {
				for _, o := range on.plan.On(int64(c.ID), skill, "", maxTime(at, w.Now)) {
					people[o.Person.ID] = true
				}
			}
			row.People[i] = len(people)
		}
		w.Cover = append(w.Cover, row)
	}
	slices.SortFunc(w.Cover, func(a, b WallCover) int {
		return cmp.Or(cmp.Compare(b.gaps(), a.gaps()), cmp.Compare(sum(b.Due), sum(a.Due)), strings.Compare(a.Skill.Name, b.Skill.Name))
	})
	for _, row := range w.Cover {
		for i := range w.Hours {
			if row.People[i] == 0 && row.Due[i] > 0 && (w.Gap.At.IsZero() || w.Hours[i].Before(w.Gap.At)) {
				w.Gap = WallGap{Skill: row.Skill, At: w.Hours[i], Due: sum(row.Due[i:])}
			}
		}
	}
	w.Cover = w.Cover[:min(len(w.Cover), wallRows)]
}

// gaps is how many promises fall due in hours that nobody covers.
func (c WallCover) gaps() (n int) {
	for i, due := range c.Due {
		if c.People[i] == 0 {
			n += due
		}
	}
	return n
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}

// Engine tells whether what breaks promises and sends messages is at work.
func (a *App) Engine(ctx context.Context) (Engine, error) { return a.engine(ctx, a.Now()) }

func (a *App) engine(ctx context.Context, now time.Time) (Engine, error) {
	e := Engine{Now: now, Outage: a.outage()}
	err := a.db.Claim(ctx, "engine", func(tx *store.SystemTx) error {
		s, ok, err := tx.Setting(seenSetting)
		if err != nil {
			return err
		}
		if us, err := strconv.ParseInt(s, 10, 64); ok && err == nil {
			e.Seen = time.UnixMicro(us).UTC()
		}
		at, ok, err := tx.OldestDue(now)
		if err != nil {
			return err
		}
		if ok && !now.Before(e.Outage.Until) { // the hold is no fault
			e.Lag = now.Sub(at)
		}
		if at, ok, err = tx.NextOut(); ok && at.Before(now) {
			e.Unsent = now.Sub(at)
		}
		return err
	})
	return e, err
}

type wallKey struct {
	staff  desk.StaffID
	client desk.ClientID
}

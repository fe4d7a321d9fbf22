package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kept/internal/calendar"
	"kept/internal/desk"
	"kept/internal/store"
)

// factsLast is how long a node believes what it knows of the desk before it looks again.
const factsLast = 5 * time.Second

// factsCache keeps what nearly every page shows and what seldom changes.
type factsCache struct {
	known  atomic.Pointer[facts]
	mu     sync.Mutex // held while looking again
	readAt time.Time
}

// facts are the clients, skills, functions, canned texts, staff names, agreements and answers of the desk. They never change
// once read; a change makes new ones.
type facts struct {
	clients   []desk.Client // by name
	client    map[desk.ClientID]desk.Client
	host      map[string]desk.ClientID
	slug      map[string]desk.ClientID
	skills    map[string]desk.Skill
	functions map[int64]desk.Function
	macros    []desk.Macro // in use, by name
	staff     map[desk.StaffID]string
	agreed    map[desk.ClientID]int // versions of their own that hold, or will
	versions  store.Versions
	answers   []desk.Answer
	answer    map[string]desk.Answer // by slug
	index     *answerIndex
}

// know gives what is known of the desk, at most a few seconds old; when the database does not
// answer, older facts are better than none. It opens a unit of work: never call it inside one.
func (a *App) know(ctx context.Context) (*facts, error) {
	c := &a.facts
	now := a.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.known.Load()
	if age := now.Sub(c.readAt); before != nil && age >= 0 && age < factsLast {
		return before, nil
	}
	var f *facts
	err := a.db.DeskRead(ctx, desk.System("facts"), func(tx *store.DeskReadTx) (err error) {
		f, err = readFacts(tx, before)
		return err
	})
	if err != nil {
		if before != nil && desk.Is(err, desk.Unavailable) {
			// For a second nobody else waits for a database that does not answer.
			c.readAt = now.Add(time.Second - factsLast)
			return before, nil
		}
		return nil, err
	}
	c.known.Store(f)
	c.readAt = now
	return f, nil
}

// forget makes the next call of know look again.
func (c *factsCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readAt = time.Time{}
}

// readFacts reads what has changed since before: all of it, all but the answers, or nothing.
func readFacts(tx *store.DeskReadTx, before *facts) (*facts, error) {
	now, err := tx.Versions()
	if err != nil || before != nil && before.versions == now {
		return before, err
	}
	f := &facts{versions: now, client: map[desk.ClientID]desk.Client{}, host: map[string]desk.ClientID{}, slug: map[string]desk.ClientID{},
		skills: map[string]desk.Skill{}, functions: map[int64]desk.Function{}}
	var skills []desk.Skill
	var functions []desk.Function
	var macros []desk.Macro
	err = tx.Together(
		func() (err error) { f.clients, err = tx.Clients(); return err },
		func() (err error) { skills, err = tx.Skills(); return err },
		func() (err error) { functions, err = tx.Functions(); return err },
		func() (err error) { macros, err = tx.Macros(); return err },
		func() (err error) { f.staff, err = tx.StaffNames(); return err },
		func() (err error) { f.agreed, err = tx.AgreedAll(); return err },
		func() (err error) {
			if before != nil && before.versions.Answers == now.Answers {
				f.answers = before.answers
				return nil
			}
			f.answers, err = tx.Answers()
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	for _, c := range f.clients {
		f.client[c.ID], f.host[strings.ToLower(c.Host)], f.slug[c.Slug] = c, c.ID, c.ID
	}
	for _, s := range skills {
		f.skills[s.Code] = s
	}
	for _, fn := range functions {
		f.functions[fn.ID] = fn
	}
	f.macros = slices.DeleteFunc(macros, func(m desk.Macro) bool { return !m.Retired.IsZero() })
	if before != nil && before.versions.Answers == now.Answers {
		f.answer, f.index = before.answer, before.index
		return f, nil
	}
	f.answer, f.index = map[string]desk.Answer{}, newAnswerIndex(f.answers)
	for _, a := range f.answers {
		f.answer[a.Slug] = a
	}
	return f, nil
}

// seen gives the clients that v may see, by name.
func (f *facts) seen(v desk.Viewer) []desk.Client {
	return slices.DeleteFunc(slices.Clone(f.clients), func(c desk.Client) bool { return !v.Sees(c.ID) })
}

// skill gives a skill by its code; an unknown one names itself.
func (f *facts) skill(code string) desk.Skill {
	if s, ok := f.skills[code]; ok {
		return s
	}
	return desk.Skill{Code: code, Name: code, NameES: code, Public: code, PublicES: code}
}

// calendars are compiled once per text and zone; they never change.
var calendars sync.Map // of [2]string to *calendar.Calendar

// calendarOf gives the calendar of a text in a zone. What cannot be read is open all the time: a
// typing mistake in the hours must not close a desk that is staffed day and night.
func calendarOf(text, zone string) *calendar.Calendar {
	key := [2]string{text, zone}
	if c, ok := calendars.Load(key); ok {
		return c.(*calendar.Calendar)
	}
	c, err := readCalendar(text, zone)
	if err != nil {
		c = calendar.Always(zone)
	}
	calendars.Store(key, c)
	return c
}

// readCalendar reads hours with or without the name of a zone before them.
func readCalendar(text, zone string) (*calendar.Calendar, error) {
	spec, err := calendar.Parse(text)
	if err != nil {
		if spec, err = calendar.Parse(zone + "; " + text); err != nil {
			return nil, err
		}
	}
	return calendar.New(spec)
}

// staffName gives the name of a member of staff as this node knows it, "" for zero and for somebody
// unknown. It opens nothing, so acts may call it inside a unit of work.
func (a *App) staffName(id desk.StaffID) string {
	if f := a.facts.known.Load(); f != nil {
		return f.staff[id]
	}
	return ""
}

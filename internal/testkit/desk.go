// Package testkit is a whole desk in a test: a real database, a clock that moves only when told, two
// hospitals whose ids collide, people on shift, and providers that behave as the real ones do. It is
// never part of the program. Start with Each and Desk.Advance.
package testkit

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/channel/voice"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
)

// Desk is a desk with two hospitals. Mercy is at work in the story; every id that Mercy has, Anne has
// too, so that a wall with a hole shows.
type Desk struct {
	T     testing.TB
	App   *app.App
	DB    *store.DB
	SMS   *sms.Fake
	Mail  *email.Box
	Voice *voice.Fake // calls people at the desk
	Mercy desk.Client
	Anne  desk.Client
	// Sam answers at night and does not know the portal. Priya knows it and starts at 8. Ana and Omar
	// lead, around the clock. Eve works for St. Anne only.
	Sam, Priya, Ana, Omar, Eve desk.Viewer

	// Told is how long after their due instants people heard of breaks by text or mail, in order.
	Told []time.Duration

	rand *rand.ChaCha8
	mu   sync.Mutex
	now  time.Time
	from time.Time // when it opened
}

// Opening is when every test desk opens: Tuesday, June 2, 2026, 5:05 p.m. in Chicago.
var Opening = time.Date(2026, 6, 2, 22, 5, 0, 0, time.UTC)

// Each runs f on a new desk on each engine.
func Each(t *testing.T, f func(d *Desk)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) { f(New(t, open)) })
}

// New opens a desk on a database of its own, at Opening.
func New(t testing.TB, open func(...store.Options) *store.DB) *Desk {
	t.Helper()
	return NewAt(t, open, Opening)
}

// NewAt is New at another instant, such as the evening before the clocks change. The roster begins the
// day before and lasts 20 days.
func NewAt(t testing.TB, open func(...store.Options) *store.DB, opening time.Time) *Desk {
	t.Helper()
	d := &Desk{T: t, now: opening, from: opening, rand: rand.NewChaCha8([32]byte{7})}
	var ids sync.Map // each client counts from 1, so ids of two clients are equal
	var idMu sync.Mutex
	d.DB = open(store.Options{Clock: d.Now, NewID: func(c desk.ClientID, _ time.Time) int64 {
		idMu.Lock()
		defer idMu.Unlock()
		n, _ := ids.LoadOrStore(c, int64(0))
		ids.Store(c, n.(int64)+1)
		return n.(int64) + 1
	}})
	d.SMS, d.Mail, d.Voice = sms.NewFake(d.Now, nil, false), email.NewBox(d.Now), voice.NewFake(d.Now)
	d.Restart()
	d.staffUp()
	return d
}

// Restart puts a new process in the place of the one at work, on the same database. What the old one
// only remembered is gone.
func (d *Desk) Restart() {
	d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: d.Voice, Rand: d.rand, Told: d.told})
	d.SMS.SetSink(d.App)
	d.Voice.SetSink(d.App)
}

func (d *Desk) told(late time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Told = append(d.Told, late)
}

// Down moves the clock by span while nobody is at work: what falls due meanwhile waits.
func (d *Desk) Down(span time.Duration) { d.set(d.Now().Add(span)) }

// SetBack sets the clock back, as of a node whose clock is behind that of the others.
func (d *Desk) SetBack(span time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(-span)
}

// Now is the desk's clock. It stands still until Advance.
func (d *Desk) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *Desk) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.After(d.now) {
		d.now = t
	}
}

// Advance moves the clock by span and lets everything that falls due meanwhile happen at its instant:
// promises, messages, what the text provider reports.
func (d *Desk) Advance(span time.Duration) {
	d.T.Helper()
	end := d.Now().Add(span)
	for {
		d.Settle()
		next := end
		for _, due := range d.nextDue() {
			if due.After(d.Now()) && due.Before(next) {
				next = due
			}
		}
		d.set(next)
		if !next.Before(end) {
			d.Settle()
			return
		}
	}
}

// AdvanceTo moves the clock to an instant.
func (d *Desk) AdvanceTo(t time.Time) { d.T.Helper(); d.Advance(t.Sub(d.Now())) }

// Settle does everything that is due at this instant.
func (d *Desk) Settle() {
	d.T.Helper()
	for range 100 {
		swept, _, err := d.App.Sweep(d.Ctx(), 100)
		d.Must(err)
		sent, _, err := d.App.Send(d.Ctx(), 100)
		d.Must(err)
		if err := d.SMS.Step(d.Ctx(), d.Now()); !desk.Is(err, desk.NotFound) { // faster than the answer to sending: given again
			d.Must(err)
		}
		ringing := d.Voice.Ringing()
		if err := d.Voice.Step(d.Ctx(), d.Now()); !desk.Is(err, desk.NotFound) {
			d.Must(err)
		}
		folded, err := d.App.Fold(d.Ctx(), app.FoldBatch)
		d.Must(err)
		if swept+sent+folded == 0 && d.Voice.Ringing() == ringing {
			return
		}
	}
	d.T.Fatal("the desk does not come to rest")
}

func (d *Desk) nextDue() []time.Time {
	promise, err := d.App.NextDue(d.Ctx())
	d.Must(err)
	_, out, err := d.App.Send(d.Ctx(), 100)
	d.Must(err)
	clock, err := d.App.NextFold(d.Ctx())
	d.Must(err)
	return []time.Time{promise, out, clock}
}

// Ctx is the context of the test.
func (d *Desk) Ctx() context.Context { return d.T.Context() }

// Must fails the test at once on an error.
func (d *Desk) Must(err error) {
	d.T.Helper()
	if err != nil {
		d.T.Fatal(err)
	}
}

// At gives an instant in Chicago on a day of the month in which the desk opened: June 2026 for New.
func (d *Desk) At(day, hour, minute int) time.Time {
	loc, err := time.LoadLocation("America/Chicago")
	d.Must(err)
	from := d.from.In(loc)
	return time.Date(from.Year(), from.Month(), day, hour, minute, 0, 0, loc)
}

func (d *Desk) staffUp() {
	d.T.Helper()
	always := "America/Chicago; always"
	d.Mercy = desk.Client{ID: 1, Slug: "mercy", Name: "Mercy Health", Short: "Mercy", Host: "mercy.help", Zone: "America/Chicago",
		Phone: "+18005550143", StaffPhone: "+18005550177", TTY: "711", EHR: "Epic", Portal: "MyChart", Hours: always,
		ReplyIn: 4 * time.Hour, ReplyHours: always, Languages: []string{"en", "es"},
		Channels: []desk.Channel{desk.ByVoice, desk.BySMS, desk.ByEmail}, Colour: 4}
	d.Anne = d.Mercy
	d.Anne.ID, d.Anne.Slug, d.Anne.Name, d.Anne.Short, d.Anne.Host, d.Anne.Phone = 2, "st-anne", "St. Anne Hospital", "St. Anne", "anne.help", "+18005550166"
	people := []struct {
		who     *desk.Viewer
		id      desk.StaffID
		name    string
		role    desk.Role
		skills  []string
		clients []desk.ClientID
		from    int // hour in Chicago; shifts last 12 hours, 24 for those who lead
		hours   int
		seats   int
	}{
		{&d.Sam, 11, "Sam Ortiz", desk.Analyst, []string{"USER", "IDN"}, []desk.ClientID{1, 2}, 14, 12, 2},
		{&d.Priya, 12, "Priya Nair", desk.Analyst, []string{"PORTAL", "USER"}, []desk.ClientID{1, 2}, 8, 8, 2},
		{&d.Ana, 13, "Ana Ruiz", desk.Supervisor, nil, []desk.ClientID{1, 2}, 6, 12, 2},
		{&d.Omar, 14, "Omar Said", desk.Supervisor, nil, []desk.ClientID{1, 2}, 18, 12, 2},
		{&d.Eve, 15, "Eve Stone", desk.Analyst, []string{"PORTAL"}, []desk.ClientID{2}, 8, 8, 2},
	}
	d.Must(d.DB.System(d.Ctx(), "testkit", func(tx *store.SystemTx) error {
		for _, c := range []desk.Client{d.Mercy, d.Anne} {
			if err := tx.AddClient(c); err != nil {
				return err
			}
		}
		for _, s := range []desk.Skill{
			{Code: "PORTAL", Name: "Portal", NameES: "Portal", Public: "A MyChart expert", PublicES: "Una persona experta en MyChart"},
			{Code: "USER", Name: "EHR use", NameES: "Uso", Public: "An expert", PublicES: "Una persona experta"},
		} {
			if err := tx.AddSkill(s); err != nil {
				return err
			}
		}
		first := d.from.In(d.At(1, 0, 0).Location()).Day() - 1
		for _, p := range people {
			s := desk.Staff{ID: p.id, Name: p.name, Login: p.name[:3] + "@kept.example", Role: p.role, Active: true, Languages: []string{"en", "es"}}
			if err := tx.AddStaff(s); err != nil {
				return err
			}
			for _, c := range p.clients {
				if err := tx.ServeClient(p.id, c); err != nil {
					return err
				}
			}
			for _, k := range p.skills {
				if err := tx.AddSkillTo(p.id, k, time.Time{}); err != nil {
					return err
				}
			}
			for day := first; day < first+20; day++ {
				start := d.At(day, p.from, 0)
				err := tx.AddShift(coverage.Shift{ID: tx.NewID(), Person: int64(p.id), Start: start, End: start.Add(time.Duration(p.hours) * time.Hour), Seats: p.seats})
				if err != nil {
					return err
				}
			}
			*p.who = desk.Viewer{Who: desk.WhoStaff, Staff: p.id, Role: p.role, Name: p.name, Clients: p.clients}
		}
		return tx.AddAnswer(desk.Answer{ID: 1, Slug: "weight-in-pounds", Kind: desk.AnswerAction, Title: "See your weight in pounds",
			TitleES: "Ver su peso en libras", Body: "You can see your weight in pounds.", BodyES: "Puede ver su peso en libras.",
			Asked: "how do I see my weight in pounds not kilograms lbs", Skill: "PORTAL", Audience: desk.Patient, Tier: "V0", Priority: desk.P4, Rank: 1})
	}))
}

// Skip moves the clock without doing what falls due: the process slept, or has not come by yet.
func (d *Desk) Skip(span time.Duration) { d.set(d.Now().Add(span)) }

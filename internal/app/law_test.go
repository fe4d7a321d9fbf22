package app_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// Whatever people and staff do in whatever order, whatever fails and however long nobody is at work:
// the laws hold after every act. KEPT_LAWS=1000 tries as many desks as it says.

func TestTheLawsHoldOnSQLite(t *testing.T) {
	laws(t, checks(40, "KEPT_LAWS"), func(tb testing.TB, opening time.Time) *testkit.Desk {
		return testkit.NewAt(tb, storetest.SQLite(tb), opening)
	})
}

func TestTheLawsHoldOnPostgreSQL(t *testing.T) {
	storetest.Postgres(t) // leaves it out where there is none
	laws(t, checks(8, "KEPT_LAWS"), func(tb testing.TB, opening time.Time) *testkit.Desk {
		return testkit.NewAt(tb, storetest.Postgres(tb), opening)
	})
}

func checks(n int, env string) string {
	if s := os.Getenv(env); s != "" {
		return s
	}
	return fmt.Sprint(n)
}

// openings are an ordinary evening and the evenings before the clocks go back and forward in Chicago.
var openings = []time.Time{
	testkit.Opening,
	time.Date(2026, 10, 31, 22, 5, 0, 0, time.UTC),
	time.Date(2027, 3, 13, 23, 5, 0, 0, time.UTC),
}

func laws(t *testing.T, n string, open func(testing.TB, time.Time) *testkit.Desk) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if f := flag.Lookup("rapid.checks"); !given {
		was := f.Value.String()
		defer func() { _ = f.Value.Set(was) }()
		if err := f.Value.Set(n); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		tb := &trial{TB: t, rt: rt}
		defer tb.end()
		m := &machine{Desk: open(tb, one(rt, openings, "opening"))}
		for i, c := range []desk.Client{m.Mercy, m.Mercy, m.Mercy, m.Anne, m.Anne} {
			m.people = append(m.people, &testkit.Person{Client: c, Name: fmt.Sprintf("Person %d", i), Phone: fmt.Sprintf("+1312555010%d", i%4), Lang: []string{"en", "es"}[i%2]})
		}
		m.audit(rt)
		rt.Repeat(m.acts())
	})
}

// trial is one run of rapid as a testing.TB: what is opened is closed with the run.
type trial struct {
	testing.TB
	rt  *rapid.T
	ups []func()
}

func (t *trial) Helper()                   {}
func (t *trial) Cleanup(f func())          { t.ups = append(t.ups, f) }
func (t *trial) Fatal(args ...any)         { t.rt.Fatal(args...) }
func (t *trial) Fatalf(f string, a ...any) { t.rt.Fatalf(f, a...) }
func (t *trial) Error(args ...any)         { t.rt.Error(args...) }
func (t *trial) Errorf(f string, a ...any) { t.rt.Errorf(f, a...) }

func (t *trial) TempDir() string {
	dir, err := os.MkdirTemp("", "kept-law-")
	if err != nil {
		t.rt.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (t *trial) end() {
	for _, f := range slices.Backward(t.ups) {
		f()
	}
}

// machine is a desk with people who ask and staff who answer, at random.
type machine struct {
	*testkit.Desk
	people []*testkit.Person
	opened []app.Opened // what was answered with a number
	faults bool         // a provider failed, somebody said STOP, or nobody was at work
	held   time.Time    // until then broken promises may wait, after the desk was down
	n      int
}

// may fails on faults of ours. Everything else is an answer that people can get.
func (m *machine) may(rt *rapid.T, err error) bool {
	rt.Helper()
	if err == nil {
		return true
	}
	if desk.Is(err, desk.Internal) || desk.Is(err, desk.Unavailable) {
		rt.Fatalf("a fault of ours: %v", err)
	}
	return false
}

// one draws from list by its place, so that what rapid prints can be read.
func one[T any](rt *rapid.T, list []T, what string) T {
	return list[rapid.IntRange(0, len(list)-1).Draw(rt, what)]
}

func (m *machine) pick(rt *rapid.T) app.Opened {
	if len(m.opened) == 0 {
		rt.Skip("nobody has asked yet")
	}
	return one(rt, m.opened, "ticket")
}

func (m *machine) staff(rt *rapid.T) desk.Viewer {
	return one(rt, []desk.Viewer{m.Sam, m.Priya, m.Ana, m.Omar, m.Eve}, "staff: Sam, Priya, Ana, Omar, Eve")
}

func (m *machine) live(rt *rapid.T, o app.Opened) desk.Promise {
	ps, err := m.App.Promises(m.Ctx(), m.Omar, o.Ref)
	m.Must(err)
	// Ended ones too, now and then: an ended promise must stay as it is.
	if !rapid.Bool().Draw(rt, "any promise") {
		ps = slices.DeleteFunc(ps, func(p desk.Promise) bool { return !p.State.Live() })
	}
	if len(ps) == 0 {
		rt.Skip("nothing is promised")
	}
	return one(rt, ps, "promise")
}

func (m *machine) start(rt *rapid.T, o app.Opened) time.Time {
	ws, err := m.App.WindowsFor(m.Ctx(), m.Omar, o.Client, rapid.SampledFrom([]string{"PORTAL", "USER"}).Draw(rt, "skill"), "", m.Now(), 3)
	m.Must(err)
	if len(ws) == 0 {
		rt.Skip("no windows")
	}
	return one(rt, ws, "window").Start
}

func (m *machine) promise(rt *rapid.T, o app.Opened) app.PromiseIn {
	in := app.PromiseIn{Kind: rapid.SampledFrom(desk.PromiseKinds).Draw(rt, "kind"), Text: "We write to your doctor."}
	if rapid.Bool().Draw(rt, "at a time") {
		in.Start = m.start(rt, o)
	}
	if rapid.IntRange(0, 4).Draw(rt, "override") == 0 {
		in.Override = "agreed with Dr. Lee"
	}
	if rapid.IntRange(0, 3).Draw(rt, "owner") == 0 {
		in.Owner = one(rt, []desk.Viewer{m.Sam, m.Priya, m.Ana}, "who: Sam, Priya, Ana").Staff
	}
	return in
}

func (m *machine) tracking(rt *rapid.T) desk.Viewer {
	v, err := m.App.Track(m.Ctx(), m.pick(rt).Token)
	if !m.may(rt, err) {
		rt.Skip("its tracker has ended")
	}
	return v
}

var says = []string{"My chart shows kilograms.", "I cannot sign in.", "no puedo entrar", "My chest hurts and I cannot breathe.", "ok", "thanks"}

func (m *machine) acts() map[string]func(*rapid.T) {
	ctx := m.Ctx()
	staffAct := func(f func(*rapid.T, desk.Viewer, app.Opened) error) func(*rapid.T) {
		return func(rt *rapid.T) { v := m.staff(rt); m.may(rt, f(rt, v, m.pick(rt))) }
	}
	promiseAct := func(f func(*rapid.T, desk.Viewer, app.Opened, desk.Promise) error) func(*rapid.T) {
		return func(rt *rapid.T) { v, o := m.staff(rt), m.pick(rt); m.may(rt, f(rt, v, o, m.live(rt, o))) }
	}
	acts := map[string]func(*rapid.T){
		"": func(rt *rapid.T) { m.audit(rt); m.ladders(rt) },
		"ask": func(rt *rapid.T) {
			if len(m.opened) > 7 {
				rt.Skip("enough questions for one run")
			}
			p := one(rt, m.people, "person")
			k := asks(rapid.SampledFrom(says[:3]).Draw(rt, "words"))
			k.Phone, k.Lang, k.Channel = p.Phone, p.Lang, rapid.SampledFrom([]string{"call", "text", "email"}).Draw(rt, "by")
			if k.Channel == "email" {
				k.Email, k.Phone = strings.ReplaceAll(p.Name, " ", "")+"@example.org", ""
			}
			v := desk.Guest(p.Client.ID)
			if ws, _, err := m.App.AskWindows(ctx, v, p.Client.ID, k); m.may(rt, err) && len(ws) > 0 && rapid.Bool().Draw(rt, "at a time") {
				k.Start = one(rt, ws, "window").Start
			}
			draft, err := m.App.Draft(ctx, v, p.Client.ID, "")
			m.Must(err)
			draft.Ask = k
			m.Must(m.App.SaveDraft(ctx, v, p.Client.ID, draft))
			if got, err := m.App.SendAsk(ctx, v, p.Client.ID, draft, ""); m.may(rt, err) {
				m.opened = append(m.opened, got)
			}
		},
		"call": func(rt *rapid.T) {
			if len(m.opened) > 7 {
				rt.Skip("enough questions for one run")
			}
			v, p := m.staff(rt), one(rt, m.people, "person")
			if m.n++; !v.Sees(p.Client.ID) {
				return
			}
			in := app.CallIn{Client: p.Client.ID, Words: rapid.SampledFrom(says).Draw(rt, "words"), Lang: p.Lang, Skill: "PORTAL",
				Ending: rapid.SampledFrom([]string{"solved", "promise", "team"}).Draw(rt, "ending"), Key: fmt.Sprint("call ", m.n), Note: "Called.",
				Requester: app.RequesterIn{Name: p.Name, Phone: p.Phone, Proven: rapid.Bool().Draw(rt, "proven")}}
			if rapid.Bool().Draw(rt, "without a phone") {
				in.Requester.Phone = ""
			}
			in.Promise = m.promise(rt, app.Opened{Client: p.Client.ID})
			if got, err := m.App.FinishCall(ctx, v, in); m.may(rt, err) {
				m.opened = append(m.opened, got)
			}
		},
		"merge": func(rt *rapid.T) { // somebody calls again, and it is the same question as one of theirs, or as the one before
			if len(m.opened) > 7 {
				rt.Skip("enough questions for one run")
			}
			v, p := m.staff(rt), one(rt, m.people, "person")
			var mine []app.Opened
			for range 2 {
				m.n++
				in := app.CallIn{Client: p.Client.ID, Words: rapid.SampledFrom(says).Draw(rt, "words"), Lang: p.Lang, Skill: "PORTAL", Ending: "promise", Key: fmt.Sprint("call ", m.n),
					Requester: app.RequesterIn{Name: p.Name, Phone: p.Phone, Proven: true}, Promise: m.promise(rt, app.Opened{Client: p.Client.ID})}
				if got, err := m.App.FinishCall(ctx, v, in); m.may(rt, err) {
					mine = append(mine, got)
				}
			}
			m.opened = append(m.opened, mine...)
			if len(mine) == 0 {
				return
			}
			for _, other := range append(m.opened[:len(m.opened)-len(mine):len(m.opened)-len(mine)], mine...) {
				_, err := m.App.Merge(ctx, v, mine[len(mine)-1].Ref, app.MergeIn{Into: string(other.Ref)})
				if m.may(rt, err) {
					break
				}
			}
		},
		"open": func(rt *rapid.T) {
			if len(m.opened) > 7 {
				rt.Skip("enough questions for one run")
			}
			p := one(rt, m.people, "person")
			in := app.TicketIn{Words: "Weight is in kilograms.", Via: desk.ViaAPI, Skill: "USER", Requester: app.RequesterIn{Name: p.Name, Email: "a@example.org"}}
			if got, err := m.App.OpenTicket(ctx, m.Sam, p.Client.ID, in); m.may(rt, err) {
				m.opened = append(m.opened, got)
			}
		},
		"reply": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error {
			_, err := m.App.Reply(ctx, v, o.Ref, app.Words{Body: "Choose the menu, then Units."})
			return err
		}),
		"note": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error {
			_, err := m.App.AddNote(ctx, v, o.Ref, app.Words{Body: "Looks for it."})
			return err
		}),
		"promise": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error {
			_, err := m.App.MakePromise(ctx, v, o.Ref, m.promise(rt, o))
			return err
		}),
		"try": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			return m.App.TryPromise(ctx, v, o.Ref, p.ID)
		}),
		"miss": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			return m.App.MissedCall(ctx, v, o.Ref, p.ID, rapid.SampledFrom(app.Misses).Draw(rt, "outcome"))
		}),
		"keep": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			if rapid.Bool().Draw(rt, "ask if fixed") {
				return m.App.KeepPromise(ctx, v, o.Ref, p.ID, "", nil)
			}
			next := m.promise(rt, o)
			return m.App.KeepPromise(ctx, v, o.Ref, p.ID, "Showed the menu.", &next)
		}),
		"move": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			by := rapid.SampledFrom([]desk.MovedBy{desk.MovedByPerson, desk.MovedByUs}).Draw(rt, "by")
			_, err := m.App.MovePromise(ctx, v, o.Ref, p.ID, by, m.start(rt, o))
			return err
		}),
		"give": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			return m.App.GivePromise(ctx, v, o.Ref, p.ID, m.staff(rt).Staff, rapid.SampledFrom([]string{"", "", "she asked for him"}).Draw(rt, "override"))
		}),
		"have": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			return m.App.HavePromise(ctx, v, o.Ref, p.ID)
		}),
		"assign": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error {
			return m.App.Assign(ctx, v, o.Ref, m.staff(rt).Staff)
		}),
		"wait": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error {
			span := rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Hour, 3 * 24 * time.Hour, desk.MaxWait}).Draw(rt, "wait")
			return m.App.WaitFor(ctx, v, o.Ref, rapid.SampledFrom(desk.WaitReasons).Draw(rt, "for"), m.Now().Add(span), "")
		}),
		"enter a call": promiseAct(func(rt *rapid.T, v desk.Viewer, o app.Opened, p desk.Promise) error {
			back := rapid.SampledFrom([]time.Duration{0, time.Minute, 15 * time.Minute, 8 * time.Hour}).Draw(rt, "ago")
			outcome := rapid.SampledFrom([]string{"reached", "no_answer"}).Draw(rt, "outcome")
			return m.App.EnterCall(ctx, v, o.Ref, p.ID, app.CallMade{At: m.Now().Add(-back), Outcome: outcome})
		}),
		"ask if fixed": staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error { return m.App.AskIfFixed(ctx, v, o.Ref) }),
		"void":         staffAct(func(rt *rapid.T, v desk.Viewer, o app.Opened) error { return m.App.VoidTicket(ctx, v, o.Ref, "spam") }),
		"say fixed":    func(rt *rapid.T) { m.may(rt, m.App.SayFixed(ctx, m.tracking(rt))) },
		"say not fixed": func(rt *rapid.T) {
			v, start := m.tracking(rt), time.Time{}
			if rapid.Bool().Draw(rt, "at a time") {
				start = m.start(rt, app.Opened{Client: v.Clients[0]})
			}
			_, err := m.App.SayNotFixed(ctx, v, rapid.SampledFrom([]string{"", "Still kilograms."}).Draw(rt, "words"), "", start)
			m.may(rt, err)
		},
		"not needed": func(rt *rapid.T) { m.may(rt, m.App.NotNeeded(ctx, m.tracking(rt))) },
		"add words": func(rt *rapid.T) {
			_, err := m.App.AddWords(ctx, m.tracking(rt), rapid.SampledFrom(says).Draw(rt, "words"), "")
			m.may(rt, err)
		},
		"pick a time": func(rt *rapid.T) {
			v := m.tracking(rt)
			m.may(rt, m.App.PickTime(ctx, v, m.start(rt, app.Opened{Client: v.Clients[0]})))
		},
		"new number": func(rt *rapid.T) {
			v := m.tracking(rt)
			_, err := m.App.AskNewNumber(ctx, v, "+13125550177")
			if !m.may(rt, err) {
				return
			}
			m.Settle()
			for _, number := range m.SMS.Numbers() {
				for _, text := range m.SMS.Phone(number) {
					for _, word := range strings.Fields(text.Body) {
						if code := strings.Trim(word, "."); len(code) == 6 && strings.Trim(code, "0123456789") == "" && m.App.TakeNewNumber(ctx, v, code) == nil {
							return
						}
					}
				}
			}
		},
		"text": func(rt *rapid.T) {
			p, words := one(rt, m.people, "person"), rapid.SampledFrom([]string{"1", "2", "STOP", "START", "HELP", "Still in kilograms.", "gracias"}).Draw(rt, "words")
			m.faults = m.faults || words == "STOP"
			m.Must(m.SMS.Reply(ctx, p.Phone, p.Client.Phone, words))
			m.found()
		},
		"carrier": func(rt *rapid.T) {
			m.faults = true
			m.SMS.Break(one(rt, m.people, "person").Phone, rapid.SampledFrom([]string{"", "30006"}).Draw(rt, "reason"))
		},
		"slow":     func(rt *rapid.T) { m.faults = true; m.SMS.Slow(one(rt, m.people, "person").Phone) },
		"provider": func(rt *rapid.T) { m.faults = true; m.SMS.Down(rapid.Bool().Draw(rt, "down")) },
		"acknowledge": func(rt *rapid.T) {
			b, err := m.App.Board(ctx, m.Omar, app.BoardFilter{})
			m.Must(err)
			if len(b.Alerts) > 0 && b.Alerts[0].Alert.Kind == desk.AlertRedFlag {
				m.may(rt, m.App.AckAlert(ctx, m.Omar, b.Alerts[0].Alert.ID))
			}
		},
		"time passes": func(rt *rapid.T) {
			m.Advance(rapid.SampledFrom([]time.Duration{time.Microsecond, time.Minute, 4 * time.Minute, 14 * time.Minute, 30 * time.Minute, time.Hour,
				3 * time.Hour, 9 * time.Hour, 30 * time.Hour, 5 * 24 * time.Hour}).Draw(rt, "span"))
			m.due(rt)
		},
		"due": func(rt *rapid.T) { // to the very instant at which something falls due, or one before
			at, err := m.App.NextDue(ctx)
			m.Must(err)
			if at.Sub(m.Now()) > 2 {
				m.Advance(at.Sub(m.Now()) - rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Minute}).Draw(rt, "before"))
			}
			m.Settle()
			m.due(rt)
		},
		"nobody sweeps": func(rt *rapid.T) { // the act after this one comes before the sweeper
			m.faults = true
			m.Down(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 31 * time.Minute, 10 * time.Hour}).Draw(rt, "span"))
		},
		"down": func(rt *rapid.T) {
			m.faults = true
			m.Down(rapid.SampledFrom([]time.Duration{time.Second, 4 * time.Minute, 20 * time.Minute, 9 * time.Hour}).Draw(rt, "span"))
			m.Restart()
			m.held = m.Now().Add(10 * time.Minute)
			m.Settle()
			m.due(rt)
		},
	}
	for _, often := range []string{"ask", "call", "due", "time passes"} {
		acts[often+" again"] = acts[often]
	}
	return acts
}

// ladders fails when somebody is still called for a promise that has ended otherwise than by breaking, or for one that
// broke and whose repair has ended.
func (m *machine) ladders(rt *rapid.T) {
	m.Must(m.DB.DeskRead(m.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
		open, err := tx.OpenLadders()
		if err != nil {
			return err
		}
		for _, l := range open {
			one, err := tx.ForClient(l.Alert.Client)
			if err != nil {
				return err
			}
			live, err := one.LivePromises(l.Alert.Ticket)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(live, func(p desk.Promise) bool { return p.ID == l.Promise.ID || p.RepairOf == l.Promise.ID }) {
				rt.Fatalf("people are called for promise %d of %d, which is %s", l.Promise.ID, l.Alert.Client, l.Promise.State)
			}
		}
		return nil
	}))
}

// found takes up the questions that texts have opened.
func (m *machine) found() {
	for _, c := range []desk.Client{m.Mercy, m.Anne} {
		list, err := m.App.Tickets(m.Ctx(), m.Omar, app.TicketFilter{Client: c.ID, Limit: 200})
		m.Must(err)
		for _, t := range list.Tickets {
			if !slices.ContainsFunc(m.opened, func(o app.Opened) bool { return o.Ref == t.Ref }) {
				m.opened = append(m.opened, app.Opened{Client: t.Client, Ticket: t.ID, Ref: t.Ref, Token: t.Token})
			}
		}
	}
}

package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func steady(int) time.Duration { return time.Second }

// timers hands out timers that fire when the test says so.
type timers struct{ asked chan timer }

type timer struct {
	d    time.Duration
	fire chan time.Time
}

func newTimers() timers { return timers{make(chan timer, 100)} }

func (ts timers) After(d time.Duration) (<-chan time.Time, func()) {
	t := timer{d, make(chan time.Time, 1)}
	ts.asked <- t
	return t.fire, func() {}
}

// Two nodes, rows that fail, panic or hang past a crash, a clock that moves: no row is worked
// by two at once or again after it is done, and in the end every row is done.
func TestNoRowTwiceNoneLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &clock{now: nine}
		fate := map[string]int{} // attempts that go wrong, per row
		m := &memory{clock: c}
		m.work = func(_ context.Context, id string, attempt int) error {
			switch left := fate[id] - attempt; {
			case left < 0:
				return nil
			case left%2 == 0:
				panic("bad row")
			default:
				return errors.New("not now")
			}
		}
		node := func(name string) *Loop {
			return &Loop{
				Name: name, Source: m, Clock: c.Now, Lease: time.Minute, Backoff: steady,
				Batch: rapid.IntRange(1, 4).Draw(t, "batch"), Workers: rapid.IntRange(1, 3).Draw(t, "workers"),
			}
		}
		nodes, n := []*Loop{node("a"), node("b")}, 0
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				n++
				id := fmt.Sprint(n)
				fate[id] = rapid.IntRange(0, 3).Draw(t, "failures")
				m.add(id, c.Now().Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "seconds"))*time.Second))
			},
			"run one": func(t *rapid.T) {
				if _, err := rapid.SampledFrom(nodes).Draw(t, "node").RunOnce(context.Background()); err != nil {
					t.Fatal(err)
				}
			},
			"run both": func(t *rapid.T) {
				end := make(chan error)
				for _, l := range nodes {
					go func() { _, err := l.RunOnce(context.Background()); end <- err }()
				}
				for range nodes {
					if err := <-end; err != nil {
						t.Fatal(err)
					}
				}
			},
			"crash": func(t *rapid.T) { // a node claims and is never heard of again
				if _, err := m.Claim(context.Background(), c.Now(), 3, time.Minute); err != nil {
					t.Fatal(err)
				}
			},
			"advance": func(t *rapid.T) {
				c.Advance(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds")) * time.Second)
			},
			"": func(t *rapid.T) {
				if len(m.wrong) > 0 {
					t.Fatal(m.wrong)
				}
			},
		})
		for range 4*n + 20 {
			c.Advance(2 * time.Minute)
			_, _ = nodes[0].RunOnce(context.Background())
		}
		for id, e := range m.rows {
			if !e.done {
				t.Fatalf("row %s is lost: %+v", id, *e)
			}
		}
		if len(m.wrong) > 0 {
			t.Fatal(m.wrong)
		}
	})
}

func TestFailureComesBackLaterAndSaysNothingPersonal(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c, work: func(context.Context, string, int) error { return errors.New("no route to +13125550199") }}
	m.add("r1", nine.Add(-10*time.Second))
	var log bytes.Buffer
	l := &Loop{Name: "outbox", Source: m, Clock: c.Now, Backoff: steady, Log: slog.New(slog.NewTextHandler(&log, nil))}
	if done, err := l.RunOnce(t.Context()); done != 0 || err != nil {
		t.Fatal(done, err)
	}
	if e := m.entry("r1"); !e.fireAt.Equal(nine.Add(time.Second)) || strings.Contains(e.reason, "312") {
		t.Errorf("%+v", e)
	}
	if s := l.Stats(); s.Claimed != 1 || s.Failed != 1 || s.Lag != 10*time.Second || !s.LastRunAt.Equal(nine) {
		t.Errorf("%+v", s)
	}
	if strings.Contains(log.String(), "312") || !strings.Contains(log.String(), "row=r1") {
		t.Error(log.String())
	}
}

func TestPanicIsContained(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c, work: func(_ context.Context, id string, _ int) error {
		if id == "bad" {
			panic("Maria Gomez")
		}
		return nil
	}}
	m.add("bad", nine.Add(-time.Second))
	m.add("good", nine)
	var log bytes.Buffer
	l := &Loop{Source: m, Clock: c.Now, Backoff: steady, Log: slog.New(slog.NewTextHandler(&log, nil))}
	if done, err := l.RunOnce(t.Context()); done != 1 || err != nil {
		t.Fatal(done, err)
	}
	if s := l.Stats(); s.Panics != 1 || s.Failed != 1 || s.Done != 1 || s.Running != 0 {
		t.Errorf("%+v", s)
	}
	if m.entry("bad").reason != "panic" || strings.Contains(log.String(), "Maria") {
		t.Error(m.entry("bad"), log.String())
	}
}

func TestARowIsNotBegunAfterItsLease(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c}
	m.work = func(context.Context, string, int) error { c.Advance(2 * time.Minute); return nil }
	m.add("long", nine.Add(-time.Second))
	m.add("late", nine)
	l := &Loop{Source: m, Clock: c.Now, Lease: time.Minute}
	if done, _ := l.RunOnce(t.Context()); done != 1 || l.Stats().Expired != 1 || m.entry("late").begun != 0 {
		t.Errorf("done %d, %+v, %+v", done, l.Stats(), m.entry("late"))
	}
	if done, _ := l.RunOnce(t.Context()); done != 1 || len(m.wrong) > 0 {
		t.Errorf("done %d, %v", done, m.wrong)
	}
}

func TestClaimErrorIsVisibleAndLagGrows(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c, broken: errors.New("database is gone")}
	l := &Loop{Source: m, Clock: c.Now}
	if _, err := l.RunOnce(t.Context()); err == nil || l.Healthy() == nil {
		t.Error("not visible")
	}
	c.Advance(time.Minute)
	if l.Lag() != time.Minute {
		t.Errorf("lag %v", l.Lag())
	}
	m.broken = nil
	if _, err := l.RunOnce(t.Context()); err != nil || l.Healthy() != nil || l.Lag() != 0 {
		t.Error(err, l.Healthy(), l.Lag())
	}
}

func TestAWrongClockClaimsNothing(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c}
	m.add("r", nine)
	skew := -1100 * time.Millisecond
	l := &Loop{Source: m, Clock: c.Now, Skew: func(context.Context) (time.Duration, error) { return skew, nil }}
	if _, err := l.RunOnce(t.Context()); !errors.Is(err, errSkew) || !errors.Is(l.Healthy(), errSkew) || m.claims != 0 {
		t.Error(err, l.Healthy(), m.claims)
	}
	skew = time.Second
	if done, err := l.RunOnce(t.Context()); done != 1 || err != nil || l.Healthy() != nil {
		t.Error(done, err, l.Healthy())
	}
	skew = time.Hour
	c.Advance(time.Second)
	if _, err := l.RunOnce(t.Context()); err != nil {
		t.Error("asked again too soon")
	}
	c.Advance(skewEvery)
	if _, err := l.RunOnce(t.Context()); !errors.Is(err, errSkew) {
		t.Error("not asked again")
	}
}

func TestTwoNodesPlantOneTick(t *testing.T) {
	c := &clock{now: nine.Add(90 * time.Second)}
	m := &memory{clock: c}
	plants := 0
	node := func() *Loop {
		return &Loop{Source: m, Clock: c.Now, Ticks: []Tick{{"rollup", time.Hour}}, Plant: func(_ context.Context, key string, at time.Time) error {
			plants++
			if at.After(c.Now()) {
				t.Error("planted before its time")
			}
			m.add(key, at)
			return nil
		}}
	}
	a, b, total := node(), node(), 0
	for range 3 {
		for _, l := range []*Loop{a, b, a} {
			done, err := l.RunOnce(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			total += done
		}
		c.Advance(time.Hour)
	}
	if total != 3 || plants != 6 || len(m.rows) != 3 || !m.entry("rollup@2026-06-03T14:00:00Z").done {
		t.Errorf("%d done, %d planted, %v", total, plants, m.rows)
	}
}

func TestAChoreThatCannotBePlantedKeepsNothingElse(t *testing.T) {
	c := &clock{now: nine}
	m := &memory{clock: c}
	m.add("promise", nine)
	l := &Loop{Source: m, Clock: c.Now, Ticks: []Tick{{"rollup", time.Hour}}, Plant: func(context.Context, string, time.Time) error { return errors.New("no") }}
	if done, err := l.RunOnce(t.Context()); done != 1 || err != nil || l.Healthy() == nil {
		t.Error(done, err, l.Healthy())
	}
}

func TestTickKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tick := Tick{"x", time.Duration(rapid.IntRange(1, 100_000).Draw(t, "s")) * time.Second}
		now := time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "now"))
		key, at := tick.Key(now)
		if at.After(now) || now.Sub(at) >= tick.Every {
			t.Fatalf("%v is not the tick of %v", at, now)
		}
		if again, _ := tick.Key(at); again != key {
			t.Fatal("the key changes within a tick")
		}
		if next, _ := tick.Key(at.Add(tick.Every)); next == key {
			t.Fatal("two ticks, one key")
		}
	})
}

func TestBackoffGrowsAndStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rnd := rapid.IntRange(0, 10_000).Draw(t, "n"), rapid.Float64Range(0, 0.999).Draw(t, "rnd")
		d := Backoff(n, time.Second, time.Minute, rnd)
		if d < 500*time.Millisecond || d > time.Minute || Backoff(n+1, time.Second, time.Minute, rnd) < d {
			t.Fatalf("Backoff(%d) = %v", n, d)
		}
	})
}

// run starts a loop whose timers and claims the test sees.
func run(t *testing.T, m *memory, set func(*Loop)) (l *Loop, ts timers, stop func()) {
	ts = newTimers()
	l = &Loop{Source: m, Clock: m.clock.Now, Every: 30 * time.Second, Backoff: steady, After: ts.After}
	if set != nil {
		set(l)
	}
	ctx, cancel := context.WithCancel(t.Context())
	end := make(chan struct{})
	go func() { l.Run(ctx); close(end) }()
	return l, ts, func() { cancel(); <-end }
}

func TestManyWakesMakeOneClaim(t *testing.T) {
	m := &memory{clock: &clock{now: nine}, claimed: make(chan struct{})}
	l, ts, stop := run(t, m, nil)
	// The loop is inside its first claim until we take the token: all these fall together.
	for range 1000 {
		l.Wake()
	}
	<-m.claimed
	<-ts.asked
	<-m.claimed
	if last := <-ts.asked; last.d != 30*time.Second {
		t.Errorf("sleeps %v", last.d)
	}
	stop()
	if m.claims != 2 {
		t.Errorf("%d claims", m.claims)
	}
}

func TestAFloodOfWakesGathersIntoOneClaim(t *testing.T) {
	m := &memory{clock: &clock{now: nine}, claimed: make(chan struct{})}
	l, ts, stop := run(t, m, func(l *Loop) { l.Gather = 25 * time.Millisecond })
	<-m.claimed
	<-ts.asked // it sleeps
	l.Wake()
	gathering := <-ts.asked
	if gathering.d != 25*time.Millisecond {
		t.Fatalf("waits %v for others", gathering.d)
	}
	for range 100 {
		l.Wake() // all of them share the claim that comes
	}
	gathering.fire <- m.clock.Now()
	<-m.claimed
	if last := <-ts.asked; last.d != 30*time.Second {
		t.Errorf("sleeps %v", last.d)
	}
	stop()
	if m.claims != 2 {
		t.Errorf("%d claims", m.claims)
	}
}

func TestSleepsUntilTheNextInstant(t *testing.T) {
	m := &memory{clock: &clock{now: nine}, claimed: make(chan struct{})}
	l, ts, stop := run(t, m, nil)
	<-m.claimed
	if first := <-ts.asked; first.d != 30*time.Second {
		t.Errorf("sleeps %v", first.d)
	}
	m.add("r", nine.Add(7*time.Second))
	l.Next(nine.Add(7 * time.Second))
	second := <-ts.asked
	if second.d != 7*time.Second {
		t.Errorf("sleeps %v", second.d)
	}
	m.clock.Advance(7 * time.Second)
	second.fire <- m.clock.Now()
	<-m.claimed
	if third := <-ts.asked; third.d != 30*time.Second {
		t.Errorf("the hint is kept: sleeps %v", third.d)
	}
	stop()
	if !m.entry("r").done {
		t.Error("not worked at its instant")
	}
}

func TestFailedClaimsAreNotHurriedByWakes(t *testing.T) {
	m := &memory{clock: &clock{now: nine}, claimed: make(chan struct{}, 10), broken: errors.New("gone")}
	l, ts, stop := run(t, m, func(l *Loop) { l.Every = time.Second })
	first := <-ts.asked
	l.Wake()
	l.Next(nine)
	first.fire <- nine
	second := <-ts.asked
	if len(m.claimed) != 2 || first.d > time.Second || second.d > 2*time.Second || second.d < time.Second {
		t.Errorf("%d claims, slept %v and %v", len(m.claimed), first.d, second.d)
	}
	stop()
}

func TestSoftStopFinishesWhatRunsAndGivesBackTheRest(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	m := &memory{clock: &clock{now: nine}}
	m.work = func(ctx context.Context, _ string, _ int) error {
		close(begun)
		<-finish
		return ctx.Err()
	}
	m.add("first", nine.Add(-time.Second))
	m.add("second", nine)
	_, ts, stop := run(t, m, nil)
	<-begun
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	<-ts.asked // the grace has begun
	close(finish)
	<-ended
	if e := m.entry("first"); !e.done {
		t.Errorf("cut off: %+v", e)
	}
	if e := m.entry("second"); e.begun != 0 || !e.leased.IsZero() || !e.fireAt.Equal(nine) || e.reason != "stopped" {
		t.Errorf("not given back: %+v", e)
	}
	if m.claims != 1 {
		t.Errorf("%d claims: claimed after the stop", m.claims)
	}
}

func TestHardStopEndsTheWork(t *testing.T) {
	begun := make(chan struct{})
	m := &memory{clock: &clock{now: nine}}
	m.work = func(ctx context.Context, _ string, _ int) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}
	m.add("r", nine)
	l, ts, stop := run(t, m, func(l *Loop) { l.Grace = 3 * time.Second })
	<-begun
	<-ts.asked // asleep until the next claim
	ended := make(chan struct{})
	go func() { stop(); close(ended) }()
	grace := <-ts.asked
	if grace.d != 3*time.Second {
		t.Errorf("grace of %v", grace.d)
	}
	grace.fire <- nine
	<-ended
	if e := m.entry("r"); e.done || !e.fireAt.Equal(nine) || e.reason != "stopped" || l.Stats().Failed != 1 {
		t.Errorf("%+v", e)
	}
}

func TestASlowRowHoldsUpNothingElse(t *testing.T) {
	begun, finish, quick := make(chan struct{}), make(chan struct{}), make(chan struct{})
	m := &memory{clock: &clock{now: nine}}
	m.work = func(_ context.Context, id string, _ int) error {
		if id == "slow" {
			close(begun)
			<-finish
		} else {
			close(quick)
		}
		return nil
	}
	m.add("slow", nine)
	l, _, stop := run(t, m, func(l *Loop) { l.Workers = 2 })
	<-begun
	m.add("quick", nine)
	l.Wake()
	<-quick
	close(finish)
	stop()
	if !m.entry("slow").done || !m.entry("quick").done {
		t.Error("not done")
	}
}

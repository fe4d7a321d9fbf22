package coverage

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// proposed is Ana asking Ben on 23 November to take her turn of the 26th for his of the 27th.
func proposed(t *testing.T) (Rota, Swap) {
	t.Helper()
	s, err := ProposeSwap(ana, ben, Span{at(t, "2026-11-26 09:00"), at(t, "2026-11-27 09:00")},
		Span{at(t, "2026-11-27 09:00"), at(t, "2026-11-28 09:00")}, at(t, "2026-11-23 12:00"))
	if err != nil {
		t.Fatal(err)
	}
	return night(), s
}

func TestASwapNeedsBothPeoplesYes(t *testing.T) {
	now, started := at(t, "2026-11-24 12:00"), at(t, "2026-11-26 09:00")
	type act = func(Swap, Rota) (Swap, error)
	accept := func(by int64, when time.Time) act {
		return func(s Swap, _ Rota) (Swap, error) { return s.Accept(by, when) }
	}
	decline := func(by int64) act { return func(s Swap, _ Rota) (Swap, error) { return s.Decline(by, now) } }
	withdraw := func(by int64) act { return func(s Swap, _ Rota) (Swap, error) { return s.Withdraw(by, now) } }
	enter := func(s Swap, r Rota) (Swap, error) { return s.Enter(r, now) }
	for _, c := range []struct {
		name string
		acts []act
		want SwapState
		say  string // of the last one
	}{
		{"both say yes", []act{accept(ben, now), enter}, InForce, ""},
		{"without the other's yes", []act{enter}, Proposed, "not accepted yet"},
		{"the one who asks cannot say yes for the other", []act{accept(ana, now)}, Proposed, "for the other person"},
		{"somebody else cannot either", []act{accept(cleo, now)}, Proposed, "for the other person"},
		{"declined", []act{decline(ben)}, Declined, ""},
		{"the other changes their mind in time", []act{accept(ben, now), decline(ben)}, Declined, ""},
		{"declined is an end", []act{decline(ben), accept(ben, now)}, Declined, "this swap is declined"},
		{"withdrawn", []act{withdraw(ana)}, Withdrawn, ""},
		{"the other cannot withdraw", []act{withdraw(ben)}, Proposed, "for the other person"},
		{"what is in force is not withdrawn", []act{accept(ben, now), enter, withdraw(ana)}, InForce, "this swap is in force"},
		{"too late", []act{accept(ben, started)}, Lapsed, "has lapsed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, s := proposed(t)
			var err error
			for i, act := range c.acts {
				if err != nil {
					t.Fatalf("act %d: %v", i, err)
				}
				s, err = act(s, r)
			}
			if s.State != c.want || (err == nil) != (c.say == "") || err != nil && !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s, %v; want %s, %q", s.State, err, c.want, c.say)
			}
		})
	}
}

func TestASwapOfATurnThatIsGoneDoesNotEnter(t *testing.T) {
	now := at(t, "2026-11-24 12:00")
	r, s := proposed(t)
	s, err := s.Accept(ben, now)
	if err != nil {
		t.Fatal(err)
	}
	r.Overrides = []Override{{Start: at(t, "2026-11-27 12:00"), End: at(t, "2026-11-27 13:00"), Out: ben, In: cleo}}
	if s, err = s.Enter(r, now); err == nil || s.State != Accepted || !strings.Contains(err.Error(), "propose the swap again") {
		t.Errorf("%s, %v", s.State, err)
	}
	r.Overrides = nil
	if s, err = s.Enter(r, now); err != nil || s.State != InForce {
		t.Fatalf("%s, %v", s.State, err)
	}
	r.Swaps = []Swap{s}
	if got := turns(t, r.Expand(s.Give.Start, s.Take.End), 9); got != "26 09:00-27 09:00 2, 27 09:00-28 09:00 1" {
		t.Error(got)
	}
}

func TestASwapOfATurnByOverrideDoesNotEnter(t *testing.T) {
	now := at(t, "2026-11-24 12:00")
	r, s := proposed(t)
	// Cleo has Ana's turn by an override, which stands on top of every swap.
	r.Overrides = []Override{{Start: s.Give.Start, End: s.Give.End, Out: ana, In: cleo}}
	s, err := ProposeSwap(cleo, ben, s.Give, Span{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Accept(ben, now); err != nil {
		t.Fatal(err)
	}
	if s, err = s.Enter(r, now); !errors.Is(err, ErrByOverride) || s.State != Accepted {
		t.Errorf("%s, %v", s.State, err)
	}
}

func TestWhatCannotBeProposed(t *testing.T) {
	now := at(t, "2026-11-23 12:00")
	give := Span{at(t, "2026-11-26 09:00"), at(t, "2026-11-27 09:00")}
	for _, c := range []struct {
		name     string
		from, to int64
		give     Span
		say      string
	}{
		{"with oneself", ana, ana, give, "two people"},
		{"with nobody", ana, 0, give, "two people"},
		{"backwards", ana, ben, Span{give.End, give.Start}, "ends after it starts"},
		{"of a turn that has begun", ana, ben, Span{now, give.End}, "already begun"},
	} {
		if _, err := ProposeSwap(c.from, c.to, c.give, Span{}, now); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := ProposeSwap(ana, ben, give, Span{Start: give.End}, now); err == nil {
		t.Error("what is taken back ends before it starts")
	}
	if _, err := ProposeSwap(ana, ben, give, Span{Start: now.Add(-time.Hour), End: give.End}, now); err == nil {
		t.Error("what is taken back has begun")
	}
}

// Whatever people do in whatever order: in force means that both have said yes in time, and an end
// is never left.
func TestSwapsByChance(t *testing.T) {
	start := time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC)
	r := night()
	rapid.Check(t, func(t *rapid.T) {
		s, err := ProposeSwap(ana, ben, Span{start, start.Add(24 * time.Hour)}, Span{}, start.Add(-50*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		now, yes, entered := start.Add(-50*time.Hour), false, false
		for range rapid.IntRange(1, 8).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hours")) * time.Hour)
			before, by := s.At(now), rapid.Int64Range(1, 3).Draw(t, "by")
			var err error
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				s, err = s.Accept(by, now)
				yes = yes || err == nil && by == ben && now.Before(start)
			case 1:
				s, err = s.Decline(by, now)
				if err == nil && by != ben {
					t.Fatal("declined by another")
				}
			case 2:
				s, err = s.Withdraw(by, now)
				if err == nil && by != ana {
					t.Fatal("withdrawn by another")
				}
			case 3:
				s, err = s.Enter(r, now)
				entered = entered || err == nil && now.Before(start)
			}
			if err != nil && s.State != before.State {
				t.Fatalf("a refusal made %s of %s", s.State, before.State)
			}
			if before.State != Proposed && before.State != Accepted && s.State != before.State {
				t.Fatalf("%s became %s", before.State, s.State)
			}
			if (s.State == InForce) && !(yes && entered) {
				t.Fatal("in force without two yeses in time")
			}
		}
	})
}

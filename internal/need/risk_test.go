package need

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var callback = Group{Kind: "callback", Skill: "PORTAL", Function: "119"}

// took draws durations, in hours.
func took(g Group, n int, draw func(i int) float64) (past []Past) {
	for i := range n {
		past = append(past, Past{Group: g, Took: hours(draw(i))})
	}
	return past
}

func hours(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

func TestBreachOfKnownDistributions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	exponential := Study(took(callback, 20_000, func(int) float64 { return r.ExpFloat64() }))
	uniform := Study(took(callback, 1000, func(i int) float64 { return (float64(i) + 0.5) / 500 })) // up to two hours
	for _, c := range []struct {
		name          string
		d             *Durations
		elapsed, left float64
		want, slack   float64
	}{
		{"exponential, new", exponential, 0, 1, math.Exp(-1), 0.01},
		{"exponential, as if new after an hour", exponential, 1, 1, math.Exp(-1), 0.015},
		{"exponential, little left", exponential, 0.5, 0.1, math.Exp(-0.1), 0.01},
		{"uniform, new", uniform, 0, 0.5, 0.75, 0.002},
		{"uniform, in the middle", uniform, 1, 0.5, 0.5, 0.003},
		{"uniform, due now", uniform, 1, 0, 1, 0},
		{"uniform, late", uniform, 1, -3, 1, 0},
		{"uniform, before it began", uniform, -1, 0.5, 0.75, 0.002},
		{"uniform, all the time that it ever took", uniform, 0, 2, 0, 0.002},
		{"uniform, all the time in the world", uniform, 1, 1e6, 0, 0.003},
		{"uniform, older than all on record", uniform, 2.5, 1, 1, 0},
	} {
		got := c.d.Breach(callback, hours(c.elapsed), hours(c.left))
		if math.Abs(got.Breach-c.want) > c.slack || got.Of != callback {
			t.Errorf("%s: %+v, want %.3f", c.name, got, c.want)
		}
	}
	for age, open := range map[float64]int{0: 1000, 1: 500, 1.999: 0, 2.5: 0} {
		if got := uniform.Breach(callback, hours(age), time.Hour); got.Open != open || got.Cases != 1000 {
			t.Errorf("after %g hours %d of %d were open, want %d", age, got.Open, got.Cases, open)
		}
	}
	if got := uniform.Breach(callback, time.Hour, math.MaxInt64).Breach; got > 0.003 {
		t.Errorf("with centuries left the chance is %g", got)
	}
	if p80, ok := exponential.Usual(callback, 0.8); !ok || math.Abs(p80.Hours()-math.Log(5)) > 0.05 {
		t.Errorf("the p80 of an exponential is %s", p80)
	}
	if p80, ok := uniform.Usual(callback, 0.8); !ok || math.Abs(p80.Hours()-1.6) > 0.01 {
		t.Errorf("the p80 of two hours is %s", p80)
	}
}

func TestFewCasesAreCounted(t *testing.T) {
	g := Group{Kind: "fix"}
	d := Study(took(g, 3, func(i int) float64 { return float64(i + 1) }))
	// All: 3 cases and one without end. The kind: 3 cases and ten as all.
	all := (1 + 1.0) / 4
	if got, want := d.Breach(g, 0, 2*time.Hour).Breach, (1+10*all)/13; !near(got, want, 1e-12) {
		t.Errorf("longer than two hours: %g, want %g", got, want)
	}
	if got := d.Breach(Group{Kind: "reply"}, 0, 2*time.Hour); !near(got.Breach, all, 1e-12) || got.Cases != 3 || got.Of != (Group{}) {
		t.Errorf("a kind that is new: %+v", got)
	}
	if p50, ok := d.Usual(Group{}, 0.5); !ok || p50 != 2*time.Hour {
		t.Errorf("half are done in %s", p50)
	}
	if p80, ok := d.Usual(Group{}, 0.8); ok {
		t.Errorf("three cases say nothing about four in five, not %s", p80)
	}
	if got := Study(nil).Breach(g, 0, time.Hour); got.Cases != 0 || got.Breach != 1 {
		t.Errorf("without history: %+v", got)
	}
	if _, ok := Study(nil).Usual(g, 0.8); ok {
		t.Error("without history something is usual")
	}
}

func TestSmallGroupsAreDrawnToTheirParent(t *testing.T) {
	other := Group{Kind: callback.Kind, Skill: callback.Skill, Function: "120"}
	slow := func(n int) float64 {
		past := took(other, 1000, func(i int) float64 { return float64(i) / 1000 })
		past = append(past, took(callback, n, func(int) float64 { return 3 })...)
		return Study(past).Breach(callback, 0, 2*time.Hour).Breach
	}
	for _, c := range []struct {
		n        int
		from, to float64
	}{{0, 0, 0.01}, {1, 0.08, 0.12}, {10, 0.48, 0.53}, {200, 0.94, 0.97}} {
		if got := slow(c.n); got < c.from || got > c.to {
			t.Errorf("%d slow ones beside 1000 quick ones: %.3f, want %g to %g", c.n, got, c.from, c.to)
		}
	}
}

func TestWorkThatStillRunsIsNotForgotten(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var past, ended []Past
	for range 20_000 {
		p := Past{callback, hours(r.ExpFloat64()), false}
		if age := hours(2 * r.Float64()); p.Took > age {
			p.Took, p.Running = age, true
		} else {
			ended = append(ended, p)
		}
		past = append(past, p)
	}
	want := math.Exp(-1)
	if got := Study(past).Breach(callback, 0, time.Hour); math.Abs(got.Breach-want) > 0.015 || got.Cases != len(ended) {
		t.Errorf("with those that run: %+v, want %.3f", got, want)
	}
	if got := Study(ended).Breach(callback, 0, time.Hour).Breach; got > 0.8*want {
		t.Errorf("without those that run the chance is %.3f: this test shows nothing", got)
	}
	// At the same age the ended one ended while the other still ran.
	tie := Study([]Past{{Group{}, time.Hour, true}, {Group{}, time.Hour, false}})
	if got := tie.Breach(Group{}, 0, time.Hour).Breach; !near(got, 2.0/3, 1e-12) {
		t.Errorf("one of two ended: %g", got)
	}
}

func TestRiskOnlyGrowsTowardsDue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		group := rapid.Custom(func(t *rapid.T) Group {
			name := rapid.SampledFrom([]string{"", "a", "b"})
			return Group{name.Draw(t, "kind"), name.Draw(t, "span"), name.Draw(t, "skill"), name.Draw(t, "function")}
		})
		minutes := rapid.IntRange(0, 100)
		d := Study(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Past {
			return Past{group.Draw(t, "group"), time.Duration(minutes.Draw(t, "took")) * time.Minute, rapid.Bool().Draw(t, "running")}
		}), 0, 60).Draw(t, "past"))
		g, elapsed, left := group.Draw(t, "of"), minutes.Draw(t, "elapsed"), minutes.Draw(t, "left")
		at := func(elapsed, left int) float64 {
			p := d.Breach(g, time.Duration(elapsed)*time.Minute, time.Duration(left)*time.Minute).Breach
			if !(p >= 0 && p <= 1) {
				t.Fatalf("the chance is %g", p)
			}
			return p
		}
		p := at(elapsed, left)
		if at(elapsed, left+1) > p+1e-12 || left > 0 && at(elapsed+1, left-1) < p-1e-12 || at(elapsed, 0) != 1 {
			t.Fatalf("%s: %g; a minute more %g", g, p, at(elapsed, left+1))
		}
		if took, ok := d.Usual(g, 0.8); ok && (longer(d.curves(g), took) > 0.2+1e-12 || took > 0 && longer(d.curves(g), took-1) <= 0.2-1e-12) {
			t.Fatalf("%s is not the p80", took)
		}
	})
}

func TestCalibrationByHand(t *testing.T) {
	c := Calibrate([]Outcome{{0.1, false}, {0.15, true}, {0.5, true}, {1, true}})
	want := Calibration{4, (0.01 + 0.7225 + 0.25) / 4, 0.1875, []Bin{{0.1, 0.2, 2, 0.125, 0.5}, {0.5, 0.6, 1, 0.5, 1}, {0.9, 1, 1, 1, 1}}}
	if c.Cases != want.Cases || !near(c.Brier, want.Brier, 1e-12) || !near(c.Plain, want.Plain, 1e-12) || !slices.Equal(c.Bins, want.Bins) {
		t.Errorf("%+v, want %+v", c, want)
	}
	if got := Calibrate(nil); got.Cases != 0 || got.Bins != nil || got.Brier != 0 {
		t.Errorf("of nothing: %+v", got)
	}
	if got, want := c.Markdown(), `| chance given | cases | said on average | breached |
|---|---|---|---|
| 10 to 20 % | 2 | 12 % | 50 % |
| 50 to 60 % | 1 | 50 % | 100 % |
| 90 to 100 % | 1 | 100 % | 100 % |

4 cases. Brier score 0.246; always giving the share of all would be 0.188.
`; got != want {
		t.Errorf("table:\n%s", got)
	}
	picture := drawn(c)
	for _, part := range []string{
		`role="img"`, "<title id=\"t\">Chance of a breach: said and happened</title>", "Said 12 %, happened 50 %, 2 cases.", "prefers-color-scheme: dark",
		`<circle class="dot" cx="70.0" cy="140.0" r="10.0"/>`, `<circle class="dot" cx="280.0" cy="20.0" r="7.9"/>`,
	} {
		if !strings.Contains(picture, part) {
			t.Errorf("the picture lacks %s:\n%s", part, picture)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// replay gives chances for new work from older work, by groups whose speed differs.
func replay() Calibration {
	r := rand.New(rand.NewPCG(5, 6))
	draw := func() Past {
		g := Group{Kind: []string{"callback", "fix"}[r.IntN(2)], Skill: string(rune('a' + r.IntN(6))), Function: string(rune('m' + r.IntN(3)))}
		speed := 0.3*float64(g.Skill[0]-'a') + 0.4*float64(g.Function[0]-'m') + float64(len(g.Kind)%2)
		return Past{Group: g, Took: hours(math.Exp(speed + 0.8*r.NormFloat64()))}
	}
	var past []Past
	for range 3000 {
		past = append(past, draw())
	}
	d := Study(past)
	var outcomes []Outcome
	for len(outcomes) < 5000 {
		p, elapsed, left := draw(), hours(3*r.Float64()), hours(6*r.Float64())
		if p.Took > elapsed {
			outcomes = append(outcomes, Outcome{d.Breach(p.Group, elapsed, left).Breach, p.Took > elapsed+left})
		}
	}
	return Calibrate(outcomes)
}

func TestChancesAreWorthBelieving(t *testing.T) {
	c := replay()
	if c.Brier > 0.75*c.Plain {
		t.Errorf("Brier score %.3f, %.3f without knowing anything", c.Brier, c.Plain)
	}
	for _, b := range c.Bins {
		if math.Abs(b.Said-b.Happened) > 0.08 {
			t.Errorf("said %.2f, happened %.2f in %d cases", b.Said, b.Happened, b.Cases)
		}
	}
	if len(c.Bins) != 10 {
		t.Errorf("%d tenths", len(c.Bins))
	}
}

func drawn(c Calibration) string { return c.SVG("t", "Chance of a breach: said and happened") }

// The page shows what the code gives; write the picture anew with drawn(c) when it differs.
func TestThePageShowsTheCalibration(t *testing.T) {
	c := replay()
	page, err := os.ReadFile("../../docs/need.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), c.Markdown()) {
		t.Errorf("docs/need.md lacks:\n%s", c.Markdown())
	}
	picture, err := os.ReadFile("../../docs/need-calibration.svg")
	if err != nil {
		t.Fatal(err)
	}
	if string(picture) != drawn(c) {
		t.Errorf("docs/need-calibration.svg is not:\n%s", drawn(c))
	}
}

func BenchmarkStudy(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	past := took(callback, 50_000, func(int) float64 { return r.ExpFloat64() })
	for b.Loop() {
		Study(past)
	}
}

func BenchmarkBreach(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := Study(took(callback, 50_000, func(int) float64 { return r.ExpFloat64() }))
	for b.Loop() {
		d.Breach(callback, time.Hour, time.Hour)
	}
}

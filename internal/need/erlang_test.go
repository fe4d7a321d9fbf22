package need

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const seconds = time.Second

// printed fails unless got, written with as many significant digits as want has, is want.
func printed(t *testing.T, what string, got float64, want string) {
	t.Helper()
	var w float64
	fmt.Sscan(want, &w)
	digits := 0
	started := false
	for _, c := range want {
		if c >= '1' && c <= '9' {
			started = true
		}
		if started && c != '.' {
			digits++
		}
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(w)))-float64(digits)+1)
	slack := 0.5001 * unit
	if digits > 14 { // more than arithmetic in 53 bits can promise
		slack = 2e-14 * math.Abs(w)
	}
	if math.Abs(got-w) > slack {
		t.Errorf("%s is %.16g, want %s", what, got, want)
	}
}

func erlangs(a float64) Load { return Load{PerHour: a, Handle: time.Hour} }

func TestErlangB(t *testing.T) {
	for _, c := range []struct {
		a    float64
		n    int
		want string
	}{{10, 12, "0.1197391884"}, {20, 22, "0.1067339495"}, {180, 200, "0.0103249952"}, {1, 1, "0.5"}, {1, 2, "0.2"}} {
		printed(t, fmt.Sprintf("B(%g, %d)", c.a, c.n), blocked(c.a, c.n), c.want)
	}
	if blocked(0, 0) != 1 || blocked(5, 0) != 1 || blocked(0, 3) != 0 || blocked(5, -1) != 1 {
		t.Error("nobody there blocks everybody, nobody calling blocks nobody")
	}
	rapid.Check(t, func(t *rapid.T) {
		a, n := rapid.Float64Range(1e-3, 2000).Draw(t, "a"), rapid.IntRange(1, 2500).Draw(t, "n")
		b := 1.0
		for k := 1.0; k <= float64(n); k++ {
			b = a * b / (k + a*b)
		}
		if got := blocked(a, n); math.Abs(got-b) > 1e-12*b+1e-300 {
			t.Fatalf("B(%g, %d) is %g, the recursion says %g", a, n, got, b)
		}
	})
}

func TestErlangC(t *testing.T) {
	for _, c := range []struct {
		a    float64
		n    int
		want string
	}{
		{8, 10, "0.4091801508"}, {10, 12, "0.4493882243"}, {20, 22, "0.5679151622"}, {50, 55, "0.3845473179"},
		{100, 105, "0.5157074268"}, {180, 200, "0.09447121818"}, {0.3, 1, "0.3"}, {0.95, 1, "0.95"}, {1, 2, "0.333333333333333"},
	} {
		printed(t, fmt.Sprintf("C(%g, %d)", c.a, c.n), Queue{erlangs(c.a), c.n, 0}.Service(0).Waits, c.want)
	}
	for _, c := range []struct {
		name              string
		load              Load
		n                 int
		within            time.Duration
		waits, wait, soon string
	}{
		{"pyworkforce", Load{200, 180 * seconds}, 14, 20 * seconds, "0.1741319335950498", "7.83593701177724", "0.8883500191794669"},
		{"360 in 30 min", Load{720, 240 * seconds}, 55, 15 * seconds, "0.238700936378", "8.18403210439", "0.845883092171"},
		{"6 Erlangs", Load{120, 180 * seconds}, 10, 20 * seconds, "0.101299242687", "4.55846592093", "0.935048912226"},
		{"2.5 Erlangs", Load{30, 300 * seconds}, 5, 20 * seconds, "0.130371297455", "15.6445556946", "0.889643079254"},
	} {
		s := Queue{c.load, c.n, 0}.Service(c.within)
		printed(t, c.name+": waits", s.Waits, c.waits)
		printed(t, c.name+": wait", s.WaitSeconds, c.wait)
		printed(t, c.name+": within", s.Within, c.soon)
	}
	s := Queue{Load{200, 180 * seconds}, 14, 0}.Service(20 * seconds)
	printed(t, "occupancy", s.Busy, "0.7142857142857143")
	if n := (Goal{Share: 0.8, Within: 20 * seconds}).Agents(Load{200, 180 * seconds}, 0); n != 14 || Rostered(n, 0.3) != 20 {
		t.Errorf("needs %d, rostered %d; want 14 and 20", n, Rostered(n, 0.3))
	}
	garnett := Queue{Load{48 * 60, 60 * seconds}, 50, 0}.Service(0)
	printed(t, "wait without hanging up", garnett.WaitSeconds, "20.83")
	printed(t, "line without hanging up", garnett.Waiting, "16.67")
	printed(t, "busy without hanging up", garnett.Busy, "0.96")
}

func TestErlangA(t *testing.T) {
	busy := Load{200, 180 * seconds}
	for _, c := range []struct {
		load     Load
		patience time.Duration
		n        int
		want     [6]string
	}{
		{Load{48 * 60, 60 * seconds}, 120 * seconds, 50, [6]string{"0.467774068554", "0.0309122491622", "3.70946989946", "2.96757591957", "0.930324240804", "0.943018954747"}},
		{busy, 120 * seconds, 9, [6]string{"0.61330713325", "0.192156038013", "23.0587245615", "1.28104025342", "0.897604402208", "0.52406605919"}},
		{busy, 120 * seconds, 10, [6]string{"0.49685274763", "0.137463826276", "16.4956591532", "0.91642550851", "0.862536173724", "0.639941307036"}},
		{busy, 120 * seconds, 12, [6]string{"0.279807018645", "0.0615973770037", "7.39168524044", "0.410649180025", "0.78200218583", "0.825582644362"}},
		{busy, 120 * seconds, 14, [6]string{"0.12697634008", "0.0228392865318", "2.74071438382", "0.152261910212", "0.697971938192", "0.932729580698"}},
	} {
		s := Queue{c.load, c.n, c.patience}.Service(20 * seconds)
		for i, got := range []float64{s.Waits, s.Abandons, s.WaitSeconds, s.Waiting, s.Busy, s.Within} {
			printed(t, fmt.Sprintf("%g an hour, %d people: %s", c.load.PerHour, c.n, []string{"waits", "abandons", "wait", "waiting", "busy", "within"}[i]), got, c.want[i])
		}
	}
}

func TestQueuesAtTheEdges(t *testing.T) {
	minute := Load{60, time.Minute}
	forever := math.Inf(1)
	for _, c := range []struct {
		name string
		q    Queue
		want Service
	}{
		{"nobody calls", Queue{Load{0, time.Minute}, 3, time.Minute}, Service{Within: 1}},
		{"nobody calls nobody", Queue{}, Service{Within: 1}},
		{"contacts take no time", Queue{Load{60, 0}, 1, 0}, Service{Within: 1}},
		{"nonsense is no load", Queue{Load{math.NaN(), time.Minute}, 1, 0}, Service{Within: 1}},
		{"nobody answers, nobody hangs up", Queue{minute, 0, 0}, Service{1, 0, forever, forever, 1, 0}},
		{"nobody answers", Queue{minute, 0, 2 * time.Minute}, Service{1, 1, 120, 2, 1, 0}},
		{"fewer than nobody", Queue{minute, -2, 2 * time.Minute}, Service{1, 1, 120, 2, 1, 0}},
		{"far more people than calls", Queue{Load{30, time.Minute}, 200, time.Minute}, Service{Busy: 0.0025, Within: 1}},
		{"as many as Erlangs", Queue{minute, 1, 0}, Service{1, 0, forever, forever, 1, 0}},
	} {
		if got := c.q.Service(time.Minute); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func near(a, b, slack float64) bool { return math.Abs(a-b) <= slack*max(1, math.Abs(b)) }

func TestPatienceTendsToErlangCAndB(t *testing.T) {
	for _, n := range []int{1, 12, 105, 2100} {
		load := Load{float64(n) * 0.9, time.Hour}
		c := Queue{load, n, 0}.Service(30 * seconds)
		long := Queue{load, n, math.MaxInt64}.Service(30 * seconds)
		if !near(long.Waits, c.Waits, 1e-5) || !near(long.WaitSeconds, c.WaitSeconds, 1e-4) || !near(long.Within, c.Within, 1e-5) || long.Abandons > 1e-5 {
			t.Errorf("%d people, patience of 292 years: %+v, want %+v", n, long, c)
		}
		short, b := Queue{load, n, 1}.Service(30*seconds), blocked(load.Erlangs(), n)
		if !near(short.Waits, b, 1e-6) || !near(short.Abandons, b, 1e-6) || !near(short.Within, 1-b, 1e-6) {
			t.Errorf("%d people, patience of a nanosecond: %+v, want %g blocked", n, short, b)
		}
	}
	// With too few people and long patience as many hang up as cannot be served.
	s := Queue{Load{200, time.Hour}, 100, math.MaxInt64}.Service(time.Minute)
	if s.Waits != 1 || !near(s.Abandons, 0.5, 1e-12) || s.Busy != 1 || s.Within != 0 {
		t.Errorf("twice the load: %+v", s)
	}
	// A million people at exactly their load: the square root law says about half wait.
	s = Queue{Load{1e6, time.Hour}, 1e6, time.Hour}.Service(time.Minute)
	if !near(s.Waits, 0.5, 1e-3) || !near(s.Abandons, 1/math.Sqrt(2*math.Pi*1e6), 1e-3) {
		t.Errorf("a million: %+v", s)
	}
	if n := (Goal{Share: 0.8, Within: 20 * seconds}).Agents(Load{2e7, 3 * time.Minute}, 0); n < 1e6 || n > 1.001e6 {
		t.Errorf("a million Erlangs need %d", n)
	}
	if n := (Goal{Share: 0.8}).Agents(Load{math.Inf(1), time.Hour}, 0); n != mostAgents {
		t.Errorf("endless load needs %d", n)
	}
}

// chain solves the same queue as a birth-death chain, state by state.
func chain(q Queue) (s Service) {
	lambda, mu, theta := q.Load.PerHour/3600, 1/q.Load.Handle.Seconds(), 1/q.Patience.Seconds()
	var logs []float64
	most := 0.0
	for k, l := 0, 0.0; ; k++ {
		logs = append(logs, l)
		most = max(most, l)
		if k > q.Agents && l < most-45 {
			break
		}
		l += math.Log(lambda / (float64(min(k+1, q.Agents))*mu + float64(max(0, k+1-q.Agents))*theta))
	}
	total := 0.0
	for k, l := range logs {
		p := math.Exp(l - most)
		total += p
		if k >= q.Agents {
			s.Waits += p
			s.Waiting += p * float64(k-q.Agents)
		}
		s.Busy += p * float64(min(k, q.Agents))
	}
	s.Waits, s.Waiting, s.Busy = s.Waits/total, s.Waiting/total, s.Busy/total/float64(q.Agents)
	s.WaitSeconds = s.Waiting / lambda
	s.Abandons = s.WaitSeconds * theta
	return s
}

func drawQueue(t *rapid.T) Queue {
	n := rapid.IntRange(1, 120).Draw(t, "people")
	handle := time.Duration(rapid.IntRange(10, 3600).Draw(t, "handle")) * seconds
	a := float64(n) * rapid.Float64Range(0.05, 2.5).Draw(t, "load of each")
	patience := time.Duration(math.Exp(rapid.Float64Range(math.Log(1e8), math.Log(2e13)).Draw(t, "patience")))
	return Queue{Load{a / handle.Hours(), handle}, n, patience}
}

func TestErlangAIsItsChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQueue(t)
		got, want := q.Service(0), chain(q)
		for i, d := range [][2]float64{{got.Waits, want.Waits}, {got.Abandons, want.Abandons}, {got.WaitSeconds, want.WaitSeconds}, {got.Waiting, want.Waiting}, {got.Busy, want.Busy}} {
			if math.Abs(d[0]-d[1]) > 1e-11*d[1]+1e-14 {
				t.Fatalf("%+v: figure %d is %.15g, the chain says %.15g", q, i, d[0], d[1])
			}
		}
	})
}

func TestMorePeopleServeBetterAndMoreCallersWorse(t *testing.T) {
	better := func(t *rapid.T, what string, a, b Service) {
		const slack = 1e-11
		if b.Waits > a.Waits+slack || b.Abandons > a.Abandons+slack || b.Within < a.Within-slack || b.Busy > a.Busy+slack || b.WaitSeconds > a.WaitSeconds*(1+slack) {
			t.Fatalf("%s: %+v is not better than %+v", what, b, a)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := drawQueue(t)
		if rapid.Bool().Draw(t, "endless patience") {
			q.Patience = 0
		}
		within := time.Duration(rapid.IntRange(0, 600).Draw(t, "within")) * seconds
		s := q.Service(within)
		for _, p := range []float64{s.Waits, s.Abandons, s.Busy, s.Within} {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("%+v: %+v", q, s)
			}
		}
		if s.Within > q.Service(within+seconds).Within+1e-12 {
			t.Fatalf("%+v: fewer in a longer time", q)
		}
		more, less := q, q
		more.Agents++
		better(t, "one more", s, more.Service(within))
		less.Load.PerHour *= 0.9
		better(t, "less load", s, less.Service(within))
		if q.Patience > 0 {
			c := Queue{q.Load, q.Agents, 0}.Service(within)
			if b := blocked(q.Load.Erlangs(), q.Agents); s.Waits < b-1e-12 || s.Waits > c.Waits+1e-12 || s.WaitSeconds > c.WaitSeconds*(1+1e-11) || s.Abandons > b+1e-12 {
				t.Fatalf("%+v is not between B %g and C %+v", s, b, c)
			}
		}
	})
}

func TestNoFigureIsNonsense(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := func(name string) time.Duration {
			return time.Duration(math.Exp(rapid.Float64Range(0, math.Log(9e18)).Draw(t, name)))
		}
		q := Queue{
			Load{math.Exp(rapid.Float64Range(-30, 30).Draw(t, "load")), span("handle")},
			int(math.Exp(rapid.Float64Range(0, math.Log(1e7)).Draw(t, "people"))), span("patience"),
		}
		s := q.Service(span("within"))
		for _, p := range []float64{s.Waits, s.Abandons, s.Busy, s.Within} {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("%+v: %+v", q, s)
			}
		}
		if !(s.WaitSeconds >= 0 && s.WaitSeconds <= q.Patience.Seconds()) {
			t.Fatalf("%+v: %+v", q, s)
		}
	})
}

// Served within T, which the chain does not give: the people before a caller leave one by one,
// followed in steps of a millisecond.
func TestServedWithinByDepartures(t *testing.T) {
	// One person, patience as long as a contact: the caller who finds j waiting is served after
	// j+1 departures at rates mu, mu+theta, …, and stays with chance e^(-theta·wait).
	q := Queue{Load{90, time.Minute}, 1, 2 * time.Minute}
	const mu, theta, lambda, step = 1 / 60.0, 1 / 120.0, 90 / 3600.0, 1e-3
	p := []float64{1} // number in system, unnormalized
	total := 1.0
	for k := 1; k < 60; k++ {
		p = append(p, p[k-1]*lambda/(mu+float64(k-1)*theta))
		total += p[k]
	}
	served := p[0] / total
	// ahead[k] is the chance of k people before the caller; the caller leaves with rate theta.
	ahead := make([]float64, 60)
	for k := 1; k < 60; k++ {
		ahead[k] = p[k] / total
	}
	for x := 0.0; x < 20-step/2; x += step {
		served += ahead[1] * mu * step * (1 - (mu+theta)*step/2)
		for k := 1; k < 60; k++ {
			next := 0.0
			if k < 59 {
				next = ahead[k+1] * (mu + float64(k)*theta)
			}
			ahead[k] += step * (next - ahead[k]*(mu+float64(k-1)*theta+theta))
		}
	}
	if got := q.Service(20 * seconds).Within; math.Abs(got-served) > 1e-6 {
		t.Errorf("served within 20 s: %.9f, step by step %.9f", got, served)
	}
}

func TestAgentsAreTheFewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawQueue(t)
		g := Goal{Share: rapid.Float64Range(0, 0.99).Draw(t, "share"), Within: time.Duration(rapid.IntRange(0, 120).Draw(t, "within")) * seconds}
		if rapid.Bool().Draw(t, "abandon") {
			g.Abandon = rapid.Float64Range(0.01, 0.2).Draw(t, "at most")
		}
		n := g.Agents(q.Load, q.Patience)
		meets := func(n int) bool {
			s := Queue{q.Load, n, q.Patience}.Service(g.Within)
			return s.Within >= g.Share && (g.Abandon == 0 || s.Abandons <= g.Abandon)
		}
		if !meets(n) || n > 0 && meets(n-1) {
			t.Fatalf("%+v %+v: %d is not the fewest", q, g, n)
		}
		if x := g.Exact(q.Load, q.Patience); n == 0 && x != 0 || n > 0 && (x < float64(n-1) || x > float64(n)) {
			t.Fatalf("%+v %+v: %g before rounding, %d after", q, g, x, n)
		}
	})
	if n := (Goal{}).Agents(Load{60, time.Hour}, 0); n != 0 {
		t.Errorf("a goal that asks for nothing needs %d", n)
	}
	if n, x := (Goal{Abandon: 0.05}).Agents(erlangs(3.5), 0), (Goal{Abandon: 0.05}).Exact(erlangs(3.5), 0); n != 4 || x != 4 {
		t.Errorf("where nobody hangs up, 3.5 Erlangs need %d (%g)", n, x)
	}
	if x := (Goal{Abandon: 0.05}).Exact(Load{200, 180 * seconds}, 2*time.Minute); !near(x, 12.5, 0.05) {
		t.Errorf("5 %% hanging up needs %g", x) // 6.2 % with 12 people, 3.9 % with 13
	}
}

func TestRostered(t *testing.T) {
	for _, c := range []struct {
		agents    int
		shrinkage float64
		want      int
	}{{14, 0.3, 20}, {21, 0.3, 30}, {7, 0.3, 10}, {3, 0, 3}, {3, -1, 3}, {1, 0.1, 2}, {0, 0.5, 0}, {1, 1, 100}} {
		if got := Rostered(c.agents, c.shrinkage); got != c.want {
			t.Errorf("Rostered(%d, %g) is %d, want %d", c.agents, c.shrinkage, got, c.want)
		}
	}
}

func BenchmarkService(b *testing.B) {
	for _, q := range []Queue{
		{Load{4.2, 12 * time.Minute}, 2, 0},
		{Load{4.2, 12 * time.Minute}, 2, 2 * time.Minute},
		{Load{200, 180 * seconds}, 9, 2 * time.Minute},
		{Load{1e6, time.Hour}, 1e6, time.Hour},
	} {
		b.Run(fmt.Sprintf("%g_Erlangs/%d/%s", q.Load.Erlangs(), q.Agents, q.Patience), func(b *testing.B) {
			for b.Loop() {
				q.Service(20 * seconds)
			}
		})
	}
}

func BenchmarkAgents(b *testing.B) {
	g := Goal{Share: 0.8, Within: 30 * seconds}
	for b.Loop() {
		g.Agents(Load{60, 12 * time.Minute}, 3*time.Minute)
	}
}

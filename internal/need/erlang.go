package need

import (
	"math"
	"time"
)

// Load is how much work comes in. Anything not above zero is no work.
type Load struct {
	PerHour float64       // contacts an hour
	Handle  time.Duration // mean time that somebody is busy with one, notes included (AHT)
}

// Erlangs is the offered load: how many people would be busy on average if nobody ever waited.
func (l Load) Erlangs() float64 {
	if e := l.PerHour * l.Handle.Hours(); e > 0 {
		return e
	}
	return 0
}

// Queue is a line of callers who are answered in order by so many people.
type Queue struct {
	Load   Load
	Agents int // people who answer
	// Patience is the mean time after which a caller who waits hangs up; 0: nobody ever does.
	Patience time.Duration
}

// Service is what callers and people get from a queue in the long run. Chances are shares of all
// contacts, from 0 to 1. Where nobody calls, nobody waits.
type Service struct {
	Waits       float64 // chance of having to wait
	Abandons    float64 // chance of hanging up before being answered
	WaitSeconds float64 // mean wait, of those who hang up too
	Waiting     float64 // mean number of callers in line
	Busy        float64 // share of the people's time that is spent on contacts (occupancy)
	Within      float64 // chance of being answered within the time asked for
}

// Service solves the queue. Within counts answers after at most that wait.
//
// Without patience it is M/M/n, Erlang's C formula: with no more people than Erlangs the line
// grows for ever, so that everybody waits, without end. With patience it is M/M/n+M, Erlang A
// (C. Palm 1946; O. Garnett, A. Mandelbaum, M. Reiman, "Designing a Call Center with Impatient
// Customers", 2002), which also holds under overload. Long patience tends to Erlang C, short to
// Erlang B.
func (q Queue) Service(within time.Duration) Service {
	a, n := q.Load.Erlangs(), float64(max(0, q.Agents))
	t := max(0, within.Seconds())
	switch {
	case a == 0:
		return Service{Within: 1}
	case q.Patience > 0 && n == 0:
		wait := q.Patience.Seconds()
		return Service{Waits: 1, Abandons: 1, WaitSeconds: wait, Waiting: wait * q.Load.PerHour / 3600, Busy: 1}
	case q.Patience > 0:
		return q.impatient(t)
	case n <= a:
		return Service{Waits: 1, WaitSeconds: math.Inf(1), Waiting: math.Inf(1), Busy: 1}
	}
	b := blocked(a, q.Agents)
	waits := n * b / (n - a*(1-b))
	handle := q.Load.Handle.Seconds()
	return Service{
		Waits:       waits,
		WaitSeconds: waits * handle / (n - a),
		Waiting:     waits * a / (n - a),
		Busy:        a / n,
		Within:      1 - waits*math.Exp(-(n-a)*t/handle),
	}
}

// blocked is Erlang's B formula: the chance that all are busy where nobody can wait.
func blocked(erlangs float64, agents int) float64 {
	if agents <= 0 {
		return 1
	}
	if !(erlangs > 0) {
		return 0
	}
	return 1 / unblocked(erlangs, agents)
}

// unblocked is 1/B. It is the recursion 1/B(k) = 1 + k/a · 1/B(k-1), unrolled from n downwards,
// where it can stop once what is left no longer counts: after some multiple of √a steps, not n.
func unblocked(a float64, n int) float64 {
	sum, term := 1.0, 1.0
	for k := float64(n); k > 0 && !math.IsInf(sum, 1); k-- {
		term *= k / a
		sum += term
		if term < sum*1e-18 {
			break
		}
	}
	return sum
}

// impatient solves Erlang A through the wait that is offered: how long a caller with endless
// patience would wait. All integrands are positive, and the density is taken relative to its
// peak, so that nothing cancels or overflows (A. Mandelbaum, S. Zeltyn, notes on M/M/n+G).
func (q Queue) impatient(within float64) Service {
	lambda, theta := q.Load.PerHour/3600, 1/q.Patience.Seconds() // per second, as all rates here
	all := float64(q.Agents) / q.Load.Handle.Seconds()
	rho := lambda / all

	peak := max(0, math.Log(rho)/theta)
	rate := min(lambda, all)
	density := func(s float64) float64 { // its logarithm, s seconds after the peak
		return rate/theta*bend(theta*s) - (all-rate)*s
	}
	idle := unblocked(q.Load.Erlangs(), q.Agents-1) // the weight of finding somebody free
	if math.IsInf(idle, 1) {
		return Service{Busy: rho, Within: 1} // so many people that nobody ever waits
	}
	if peak > 0 {
		idle *= math.Exp(all / theta * bend(-math.Log(rho)))
	}

	var total, lost, soon float64
	add := func(from, to float64) { // seconds after the peak
		f := func(s float64) (float64, float64, float64) {
			d := math.Exp(density(s))
			x := theta * (peak + s)
			return d, -d * math.Expm1(-x), d * math.Exp(-x)
		}
		d, l, kept := integrate(f, from, to)
		total, lost = total+d, lost+l
		switch cut := within - peak; {
		case cut >= to:
			soon += kept
		case cut > from:
			_, _, kept = integrate(f, from, cut)
			soon += kept
		}
	}
	// Panels double in width away from the peak. The narrowest is short beside the patience.
	for _, side := range []float64{-1, 1} {
		if side < 0 && peak == 0 {
			continue
		}
		reach := 1 / all
		for density(side*reach) > -40 {
			reach *= 2
		}
		for density(side*reach/2) < -40 {
			reach /= 2
		}
		if side < 0 {
			reach = min(reach, peak)
		}
		for finest := min(reach/8, 1/(8*theta)); reach > 0; reach /= 2 {
			next := reach / 2
			if next < finest {
				next = 0
			}
			add(min(side*next, side*reach), max(side*next, side*reach))
			if next == 0 {
				break
			}
		}
	}
	whole := idle + lambda*total
	s := Service{Waits: lambda * total / whole, Abandons: lambda * lost / whole}
	s.WaitSeconds = s.Abandons / theta
	s.Waiting = lambda * s.WaitSeconds
	s.Busy = min(1, rho*(1-s.Abandons))
	s.Within = min(1, (idle+lambda*soon)/whole)
	return s
}

// bend is 1 - exp(-u) - u, exact for small u as well.
func bend(u float64) float64 {
	if math.Abs(u) > 0.5 {
		return -math.Expm1(-u) - u
	}
	sum, term := 0.0, u*u/2
	for k := 3.0; math.Abs(term) > -1e-17*sum; k++ {
		sum -= term
		term *= -u / k
	}
	return sum
}

var nodes, weights = legendre(16)

// integrate takes three integrals at once by Gauss and Legendre.
func integrate(f func(float64) (a, b, c float64), from, to float64) (a, b, c float64) {
	mid, half := (from+to)/2, (to-from)/2
	for i, x := range nodes {
		u, v, w := f(mid + half*x)
		h := half * weights[i]
		a, b, c = a+h*u, b+h*v, c+h*w
	}
	return a, b, c
}

// legendre gives the nodes and weights of Gauss-Legendre quadrature on [-1, 1].
func legendre(n int) (x, w []float64) {
	for i := range n {
		z, slope := math.Cos(math.Pi*(float64(i)+0.75)/(float64(n)+0.5)), 0.0
		for range 8 {
			p, before := 1.0, 0.0
			for k := 1.0; k <= float64(n); k++ {
				p, before = ((2*k-1)*z*p-(k-1)*before)/k, p
			}
			slope = float64(n) * (z*p - before) / (z*z - 1)
			z -= p / slope
		}
		x, w = append(x, z), append(w, 2/((1-z*z)*slope*slope))
	}
	return x, w
}

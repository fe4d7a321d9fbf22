package demo

import (
	"math/rand/v2"
	"time"

	"kept/internal/desk"
)

// CallersStep is how often the phone system of the demo reports.
const CallersStep = 5 * time.Second

// callersMost is how many invented people wait at once at most.
const callersMost = 9

// Callers is an invented phone system: people come to its line and are answered, by chance.
type Callers struct {
	rnd  *rand.Rand
	came []time.Time // of those who wait, the first of them first
}

// NewCallers gives one with nobody on its line; the same seed brings the same callers.
func NewCallers(seed uint64) *Callers {
	return &Callers{rnd: rand.New(rand.NewPCG(seed, 0x70686f6e65))}
}

// Step lets CallersStep go by until now, and gives what there is to report of the line. It is a line for all hospitals, and
// its name says that it is invented.
func (c *Callers) Step(now time.Time) desk.PhoneLine {
	if len(c.came) > 0 && c.rnd.Float64() < .4 {
		c.came = c.came[1:]
	}
	if len(c.came) < callersMost && c.rnd.Float64() < .35 {
		c.came = append(c.came, now.Add(-time.Duration(c.rnd.Int64N(int64(CallersStep)))))
	}
	l := desk.PhoneLine{Name: "invented line", Waiting: len(c.came)}
	if len(c.came) > 0 {
		l.First = c.came[0]
	}
	return l
}

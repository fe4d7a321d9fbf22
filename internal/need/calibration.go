package need

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Outcome is a chance that was given and what became of it.
type Outcome struct {
	Chance   float64
	Breached bool
}

// Bin holds the outcomes whose chance was within a tenth.
type Bin struct {
	From, To float64 // chance, To not included but in the last
	Cases    int
	Said     float64 // mean chance that was given
	Happened float64 // share that was breached
}

// Calibration says whether chances were worth believing: of those given 30 %, three in ten
// should have happened.
type Calibration struct {
	Cases int
	Brier float64 // mean square of chance less outcome (G. W. Brier 1950); 0 is perfect
	Plain float64 // the same of somebody who always gives the share of all
	Bins  []Bin   // the tenths that have any
}

// Calibrate compares chances with outcomes.
func Calibrate(outcomes []Outcome) Calibration {
	c := Calibration{Cases: len(outcomes)}
	if c.Cases == 0 {
		return c
	}
	var bins [10]Bin
	all := 0.0
	for _, o := range outcomes {
		happened := 0.0
		if o.Breached {
			happened = 1
		}
		all += happened
		c.Brier += (o.Chance - happened) * (o.Chance - happened)
		b := &bins[min(9, max(0, int(o.Chance*10)))]
		b.Cases++
		b.Said += o.Chance
		b.Happened += happened
	}
	c.Brier /= float64(c.Cases)
	all /= float64(c.Cases)
	c.Plain = all * (1 - all)
	for i, b := range bins {
		if b.Cases > 0 {
			n := float64(b.Cases)
			c.Bins = append(c.Bins, Bin{float64(i) / 10, float64(i+1) / 10, b.Cases, b.Said / n, b.Happened / n})
		}
	}
	return c
}

// Skill is how much better than always giving the share of all: 1 is perfect, 0 no better, below 0 worse. It is false
// where everything came out the same.
func (c Calibration) Skill() (float64, bool) {
	if c.Plain == 0 {
		return 0, false
	}
	return 1 - c.Brier/c.Plain, true
}

// Markdown is the table for a page of documentation.
func (c Calibration) Markdown() string {
	var b strings.Builder
	b.WriteString("| chance given | cases | said on average | breached |\n|---|---|---|---|\n")
	for _, i := range c.Bins {
		fmt.Fprintf(&b, "| %.0f to %.0f %% | %d | %.0f %% | %.0f %% |\n", 100*i.From, 100*i.To, i.Cases, 100*i.Said, 100*i.Happened)
	}
	fmt.Fprintf(&b, "\n%d cases. Brier score %.3f; always giving the share of all would be %.3f.\n", c.Cases, c.Brier, c.Plain)
	return b.String()
}

// SVG draws the same under a title: a dot for each tenth, larger with more cases, near the line where what was
// said is what happened. It reads on light and dark pages, and aloud. Pictures of one page have different ids.
func (c Calibration) SVG(id, title string) string {
	var says, dots strings.Builder
	most := 1
	for _, i := range c.Bins {
		most = max(most, i.Cases)
	}
	for _, i := range c.Bins {
		fmt.Fprintf(&says, " Said %.0f %%, happened %.0f %%, %d cases.", 100*i.Said, 100*i.Happened, i.Cases)
		fmt.Fprintf(&dots, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n",
			40+240*i.Said, 260-240*i.Happened, 3+7*math.Sqrt(float64(i.Cases)/float64(most)))
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" role="img" aria-labelledby="%s %s-of">
<title id="%s">%s</title>
<desc id="%s-of">%d cases, Brier score %.3f.%s</desc>
<style>
text { font: 12px sans-serif; fill: #1b1b1b } .line { stroke: #6b6b6b; fill: none } .dot { fill: #1a5fb4 }
@media (prefers-color-scheme: dark) { text { fill: #eeeeee } .line { stroke: #a0a0a0 } .dot { fill: #8ab8f0 } }
</style>
<path class="line" d="M40 20V260H280"/><path class="line" stroke-dasharray="4 4" d="M40 260L280 20"/>
<text x="40" y="276">0</text><text x="280" y="276" text-anchor="end">100 %%</text><text x="160" y="292" text-anchor="middle">said</text>
<text x="34" y="260" text-anchor="end">0</text><text x="34" y="30" text-anchor="end">100</text><text x="20" y="140" text-anchor="middle" transform="rotate(-90 20 140)">happened</text>
%s</svg>
`, id, id, id, html.EscapeString(title), id, c.Cases, c.Brier, says.String(), dots.String())
}

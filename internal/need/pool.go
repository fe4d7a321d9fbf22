package need

import (
	"cmp"
	"slices"
)

// odd is how many of n are left out on each side.
func odd(n int) int {
	if n < 3 {
		return 0
	}
	return max(1, n/6)
}

// pooled is the mean of each half hour over dates of one kind, how often it was seen, and the
// variance of that mean.
type pooled struct{ mean, seen, noise [halves]float64 }

func pool(dates []date) (p pooled) {
	slices.SortStableFunc(dates, func(a, b date) int { return cmp.Compare(a.total(), b.total()) })
	k := odd(len(dates))
	for half := range halves {
		kept := dates[k : len(dates)-k]
		if !slices.ContainsFunc(kept, func(d date) bool { return d.seen[half] > 0 }) {
			kept = dates // rather an odd date than none
		}
		var n, sum, squares float64
		for _, d := range kept {
			n += d.seen[half]
			sum += d.count[half]
		}
		if n == 0 {
			continue
		}
		p.seen[half], p.mean[half] = n, sum/n
		for _, d := range kept {
			if d.seen[half] > 0 {
				off := d.count[half]/d.seen[half] - p.mean[half]
				squares += off * off
			}
		}
		p.noise[half] = squares / n / max(1, n-1)
	}
	return p
}

// common is the shape of a day that all kinds share.
func common(kinds []pooled) (shape [halves]float64) {
	for half := range shape {
		n := 0.0
		for _, k := range kinds {
			if k.seen[half] > 0 {
				shape[half] += k.mean[half]
				n++
			}
		}
		shape[half] /= max(1, n)
	}
	return shape
}

// drawn gives the half hours of a day, drawn towards the shape; wholly unless own.
func (p *pooled) drawn(shape [halves]float64, own bool) []float64 {
	var mine, theirs, noise, apart float64
	for half := range shape {
		if p.seen[half] > 0 {
			mine += p.mean[half]
			theirs += shape[half]
		}
	}
	target := make([]float64, halves)
	for half := range shape {
		if theirs > 0 {
			target[half] = shape[half] * mine / theirs
		}
		if p.seen[half] > 0 {
			off := p.mean[half] - target[half]
			apart += off * off
			noise += p.noise[half]
		}
	}
	keep := 0.0
	if own && apart > 0 {
		keep = 1 - min(1, noise/apart)
	}
	for half := range target {
		if p.seen[half] > 0 {
			target[half] += keep * (p.mean[half] - target[half])
		}
	}
	return target
}

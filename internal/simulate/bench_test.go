package simulate

import "testing"

// BenchmarkADay is a Thursday of the full desk: 250 hospitals, 200 analysts, 600,000 questions a year.
func BenchmarkADay(b *testing.B) {
	for b.Loop() {
		r, err := Run(b.Context(), Options{Seed: 1, Days: 4, Divisions: 2}, open(b))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Tickets), "tickets")
		b.ReportMetric(float64(r.Kept), "kept")
		b.Log("\n" + r.String())
	}
}

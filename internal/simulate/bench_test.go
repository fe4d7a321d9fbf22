package simulate

import "testing"

// BenchmarkDays is four days, a Thursday first, of the full desk: 250 hospitals, 200 analysts, 600,000 questions a year.
func BenchmarkDays(b *testing.B) {
	tickets := 0
	for b.Loop() {
		r, err := Run(b.Context(), Options{Seed: 1, Days: 4, Divisions: 2}, open(b))
		if err != nil {
			b.Fatal(err)
		}
		tickets += r.Tickets
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(tickets), "µs/ticket")
}

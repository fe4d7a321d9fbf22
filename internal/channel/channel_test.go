package channel

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var states = []State{Queued, Sending, Accepted, Delivered, Failed, Retry, Unknown, Stopped}

func TestLateAndDoubleReceiptsChangeNothing(t *testing.T) {
	for _, final := range []State{Delivered, Failed, Stopped} {
		for _, to := range states {
			if final.Can(to) {
				t.Errorf("%s must be final, but goes to %s", final, to)
			}
		}
	}
	if Accepted.Can(Accepted) || Delivered.Can(Accepted) {
		t.Error("a receipt that comes twice or late must not be a step")
	}
}

func TestUnknownIsNeverSentAgainBeforeItIsReconciled(t *testing.T) {
	if Unknown.Can(Sending) || Unknown.Can(Queued) {
		t.Error("unknown must be looked up first")
	}
	if !Unknown.Can(Retry) || !Retry.Can(Sending) {
		t.Error("a message that the provider never got is sent again")
	}
}

func TestEveryMessageCanEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(states).Draw(t, "from")
		seen, work := map[State]bool{}, []State{s}
		for len(work) > 0 {
			s, work = work[0], work[1:]
			if seen[s] {
				continue
			}
			if seen[s] = true; len(steps[s]) == 0 {
				return
			}
			for _, to := range states {
				if s.Can(to) {
					work = append(work, to)
				}
			}
		}
		t.Fatal("no way to an end")
	})
}

func TestBackoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rnd := rapid.IntRange(-1, 1000).Draw(t, "attempt"), rapid.Float64Range(0, 0.999).Draw(t, "rnd")
		d := Backoff(n, rnd)
		if d < 1500*time.Millisecond || d > 20*time.Minute {
			t.Fatalf("Backoff(%d) = %v", n, d)
		}
		if Backoff(n+1, rnd) < d {
			t.Fatalf("the wait shrinks after attempt %d", n)
		}
	})
	var sum time.Duration
	for n := 1; n <= 4; n++ {
		sum += Backoff(n, 0.999)
	}
	if sum > 70*time.Second {
		t.Errorf("four failures cost %v: too long for news that is due within a minute", sum)
	}
}

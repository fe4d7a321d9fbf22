package app

import (
	"fmt"
	"testing"
	"time"

	"kept/internal/desk"
)

func TestFiveTriesAMinute(t *testing.T) {
	l := newLimits()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	of := limit{"test", 5, time.Minute}
	for i := range 5 {
		if err := l.take(now, of, "ana@desk", "10.0.0.1"); err != nil {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	if err := l.take(now, of, "ana@desk", "10.0.0.1"); !desk.Is(err, desk.RateLimited) {
		t.Errorf("the sixth try: %v", err)
	}
	if err := l.take(now, of, "ana@desk", "10.0.0.2"); err != nil {
		t.Errorf("somebody else pays for it: %v", err)
	}
	if err := l.take(now, limit{"other", 5, time.Minute}, "ana@desk", "10.0.0.1"); err != nil {
		t.Errorf("another limit pays for it: %v", err)
	}
	if err := l.take(now.Add(12*time.Second), of, "ana@desk", "10.0.0.1"); err != nil {
		t.Errorf("12 seconds later: %v", err)
	}
}

func TestLimitsForgetTheOldestAndNeverGrow(t *testing.T) {
	l := newLimits()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	of := limit{"test", 1, time.Hour}
	for i := range 3*limitKeys + 7 {
		l.take(now, of, fmt.Sprint(i))
	}
	if n := len(l.young) + len(l.old); n > 2*limitKeys {
		t.Errorf("%d keys are kept", n)
	}
	if err := l.take(now, of, fmt.Sprint(3*limitKeys)); !desk.Is(err, desk.RateLimited) {
		t.Errorf("a recent key was forgotten: %v", err)
	}
}

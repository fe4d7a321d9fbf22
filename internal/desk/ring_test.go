package desk_test

import (
	"testing"

	"kept/internal/desk"
)

// The provider tells that a call has ended before it tells that 1 was pressed in it, when the first telling of the
// key was answered with an error.
func TestAKeyCountsThoughTheCallHasEnded(t *testing.T) {
	if !desk.RingNoAnswer.Can(desk.RingAcked) {
		t.Error("who pressed 1 is told again by the next way")
	}
	for _, s := range []desk.RingState{desk.RingAcked, desk.RingStopped, desk.RingBusy, desk.RingFailed} {
		if s.Can(desk.RingAcked) {
			t.Errorf("%s goes to acknowledged", s)
		}
	}
	if desk.RingNoAnswer.Can(desk.RingAnswered) || desk.RingNoAnswer.Can(desk.RingCalling) {
		t.Error("old news moves a call that has ended")
	}
}

package desk

import (
	"reflect"
	"testing"
	"time"

	"kept/internal/sla"
)

// What the desk does while the person is asked whether it is fixed, as clocks see it.
func TestTheHistoryTellsWhetherTheDeskWentOn(t *testing.T) {
	nine := time.Date(2026, 6, 2, 14, 0, 0, 0, time.UTC)
	staff, clock, person := Actor{Who: WhoStaff}, Actor{Who: WhoSystem}, Actor{Who: WhoRequester}
	call := EventData{Promise: 7, Kind: Callback, Source: FromPerson, Due: nine.Add(8 * time.Hour).UnixMicro()}
	opened := Event{Type: TicketOpened, By: person}
	asked := Event{Type: AskedIfFixed, By: staff}
	made := Event{Type: PromiseMade, By: staff, Data: call}
	is := func(e Event, hour int) Event {
		e.HappenedAt = nine.Add(time.Duration(hour) * time.Hour)
		return e
	}
	for _, x := range []struct {
		name   string
		events []Event
		want   []sla.EventType
		side   sla.Side
	}{
		{"a promise is an answer", []Event{is(opened, 0), is(made, 1)}, []sla.EventType{sla.Opened, sla.Answered, sla.PromiseMade}, 0},
		{"a promise after the question", []Event{is(opened, 0), is(asked, 1), is(made, 2)}, []sla.EventType{sla.Opened, sla.AskedIfFixed, sla.WentOn, sla.PromiseMade}, sla.Staff},
		{"the talk in which it was made is not told apart",
			[]Event{is(opened, 0), is(asked, 1), is(Event{Type: PromiseKept, By: staff, Data: EventData{Outcome: "reached"}}, 2), is(made, 2)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.WentOn, sla.PromiseMade}, sla.Staff},
		{"the next one is an answer again", []Event{is(opened, 0), is(asked, 1), is(made, 2), is(made, 3)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.WentOn, sla.PromiseMade, sla.Answered, sla.PromiseMade}, sla.Staff},
		{"one in the place of another", []Event{is(opened, 0), is(asked, 1), is(made, 2), is(Event{Type: PromiseMoved, By: staff, Data: EventData{New: 7}}, 2)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.Answered, sla.PromiseMade}, 0},
		{"one that we ask again", []Event{is(opened, 0), is(asked, 1), is(Event{Type: PromiseMade, By: staff, Data: EventData{Promise: 8, Kind: Confirm, Source: FromAgreement}}, 1)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed}, 0},
		{"broken after the question", []Event{is(opened, 0), is(asked, 1), is(Event{Type: PromiseBroken, By: clock, Data: EventData{Promise: 8, Kind: Update}}, 2)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.WentOn}, sla.System},
		{"broken before it, seen after it", []Event{is(opened, 0), is(asked, 2), is(Event{Type: PromiseBroken, By: clock, Data: EventData{Promise: 8, Kind: Update}}, 1)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.WentOn}, sla.System},
		{"after the yes nothing goes on", []Event{is(opened, 0), is(asked, 1), is(Event{Type: SaidFixed, By: person}, 2), is(Event{Type: PromiseBroken, By: clock, Data: EventData{Promise: 8, Kind: Update}}, 2)},
			[]sla.EventType{sla.Opened, sla.AskedIfFixed, sla.SaidFixed}, 0},
	} {
		for i := range x.events {
			x.events[i].Seq = i + 1
		}
		var got []sla.EventType
		for _, e := range (ClockFacts{}).History("", x.events).Events {
			got = append(got, e.Type)
			if e.Type == sla.WentOn && (e.Side != x.side || e.At.Before(nine.Add(2*time.Hour))) {
				t.Errorf("%s: by %d at %s", x.name, e.Side, e.At)
			}
		}
		if !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
	}
}

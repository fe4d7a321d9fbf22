package app

import (
	"context"
	"testing"

	"kept/internal/desk"
)

func TestListenersHearWhatTheyMaySee(t *testing.T) {
	l := newLive()
	ctx, stop := context.WithCancel(t.Context())
	staff := l.listen(ctx, desk.Viewer{Who: desk.WhoStaff, Clients: []desk.ClientID{1, 3}})
	person := l.listen(ctx, desk.Tracking(1, 7))
	guest := l.listen(ctx, desk.Guest(1))
	for _, c := range []Change{{Client: 1, Ticket: 7}, {Client: 1, Ticket: 8}, {Client: 2, Ticket: 7}, {Client: 3, Ticket: 9}} {
		l.publish(c)
	}
	stop()
	for _, c := range []struct {
		who  string
		ch   <-chan Change
		want []desk.TicketID
	}{{"staff", staff, []desk.TicketID{7, 8, 9}}, {"person", person, []desk.TicketID{7}}, {"guest", guest, nil}} {
		var got []desk.TicketID
		for change := range c.ch {
			got = append(got, change.Ticket)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s hears %v, want %v", c.who, got, c.want)
		}
	}
	if len(l.listeners) != 0 {
		t.Error("listeners stay after their request has ended")
	}
}

func TestSlowListenersAreToldToLookAtEverything(t *testing.T) {
	l := newLive()
	ctx, stop := context.WithCancel(t.Context())
	ch := l.listen(ctx, desk.Viewer{Who: desk.WhoStaff, Clients: []desk.ClientID{1}})
	for i := range waitingChanges + 3 {
		l.publish(Change{Client: 1, Ticket: desk.TicketID(i + 1)})
	}
	stop()
	var got []desk.TicketID
	for c := range ch {
		got = append(got, c.Ticket)
	}
	if len(got) != 3 || got[0] != 0 || got[2] != waitingChanges+3 {
		t.Errorf("got %v, want a zero change and the two after it", got)
	}
	l.publish(Change{Client: 1, Ticket: 1}) // to nobody
}

func TestOtherNodesAreTold(t *testing.T) {
	l := newLive()
	var told []Change
	l.relay = func(c Change) { told = append(told, c) }
	l.publish(Change{Client: 1, Ticket: 1})
	l.hear(Change{Client: 1, Ticket: 2}) // came from another node: does not go back
	if len(told) != 1 {
		t.Errorf("told %v", told)
	}
}

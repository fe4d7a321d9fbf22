package app

import (
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

// OnCall is somebody who can be called in. Phone is for staff only.
type OnCall struct {
	Name     string
	Phone    string
	From     time.Time
	Until    time.Time
	Next     bool // comes on later
	Language []string
}

func onCall(d coverage.Duty, contacts map[desk.StaffID]desk.Contact, next bool) OnCall {
	return OnCall{Name: d.Person.Name, Phone: contacts[desk.StaffID(d.Person.ID)].Phone, From: d.Shift.Start, Until: d.Shift.End, Next: next, Language: d.Person.Languages}
}

// onCall lists who can be called in now, and who comes on in the next 24 hours, of those who serve one of
// the clients.
func (ch *chart) onCall(now time.Time, clients []desk.Client, contacts map[desk.StaffID]desk.Contact) []OnCall {
	var list []OnCall
	for _, d := range ch.plan.CalledIn(now, now.Add(24*time.Hour)) {
		if !slices.ContainsFunc(clients, func(c desk.Client) bool { return calledInFor(d, c.ID) }) {
			continue
		}
		one := onCall(d, contacts, d.Shift.Start.After(now))
		twice := func(o OnCall) bool { return o.Name == one.Name && o.From.Equal(one.From) && o.Until.Equal(one.Until) }
		if !slices.ContainsFunc(list, twice) {
			list = append(list, one)
		}
	}
	return list
}

// calledInFor reports whether somebody is called in for a client: they serve it, and by this turn too.
func calledInFor(d coverage.Duty, c desk.ClientID) bool {
	serves := func(list []int64) bool { return list == nil || slices.Contains(list, int64(c)) }
	return serves(d.Person.Clients) && serves(d.Shift.Clients)
}

package app

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"kept/internal/desk"
	"kept/internal/store"
)

// Present is somebody of the desk who has a ticket open now.
type Present struct {
	Staff   desk.StaffID
	Name    string
	Writing bool // to the caller, in the last seconds
}

const (
	presentLasts = 45 * time.Second // what another node says is believed that long: it says so again each 15 s
	writingLasts = 15 * time.Second
)

// presence knows who has which ticket open. It is in memory: who is here on this node as long as their
// streams are, who is on another node as long as that node says so. It costs no statement, and holds
// nothing of the people who asked but the number of the ticket.
type presence struct {
	mu    sync.Mutex
	at    map[store.TicketKey]map[sitting]*seen
	relay func(line string) // tells the other nodes; nil on a desk of one node
	node  string
}

// sitting is somebody at one node; here it is "".
type sitting struct {
	node  string
	staff desk.StaffID
}

type seen struct {
	ref     desk.Ref
	streams int // pages that are open on this node
	until   time.Time
	writing time.Time
}

func newPresence() *presence {
	return &presence{at: map[store.TicketKey]map[sitting]*seen{}}
}

// Arrive notes that v has a ticket open until ctx ends, and tells everybody who sees it. still is to be
// called every 15 seconds meanwhile: other nodes forget who they do not hear of.
func (a *App) Arrive(ctx context.Context, v desk.Viewer, ref desk.Ref) (still func(), err error) {
	if v.Who != desk.WhoStaff {
		return nil, errStaffOnly
	}
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return nil, err
	}
	key := store.TicketKey{Client: c.ID, ID: id}
	p, who := a.presence, sitting{staff: v.Staff}
	p.mu.Lock()
	one := p.sit(key, ref, who)
	one.streams++
	first := one.streams == 1
	p.mu.Unlock()
	if first {
		a.moved(key, ref, v.Staff, "here")
	}
	context.AfterFunc(ctx, func() {
		p.mu.Lock()
		one.streams--
		gone := one.streams == 0
		if gone {
			p.leave(key, who)
		}
		p.mu.Unlock()
		if gone {
			a.moved(key, ref, v.Staff, "gone")
		}
	})
	return func() { p.tell(key, ref, v.Staff, "here") }, nil
}

// writes notes that somebody types to the caller.
func (a *App) writes(key store.TicketKey, ref desk.Ref, staff desk.StaffID) {
	p := a.presence
	p.mu.Lock()
	one := p.at[key][sitting{staff: staff}]
	fresh := false
	if one != nil {
		fresh = !one.writing.After(a.Now())
		one.writing = a.Now().Add(writingLasts)
	}
	p.mu.Unlock()
	switch {
	case one == nil: // no page of theirs is open here
	case fresh:
		a.moved(key, ref, staff, "writing")
	default:
		p.tell(key, ref, staff, "writing")
	}
}

// moved tells those who listen here and the other nodes.
func (a *App) moved(key store.TicketKey, ref desk.Ref, staff desk.StaffID, state string) {
	a.live.hear(Change{Client: key.Client, Ticket: key.ID, Ref: ref, Here: true})
	a.presence.tell(key, ref, staff, state)
}

// Here gives who else has a ticket open that v may see, by its number, each list by name.
func (a *App) Here(v desk.Viewer) map[desk.Ref][]Present {
	now, p := a.Now(), a.presence
	found := map[desk.Ref][]Present{}
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, all := range p.at {
		if v.Who != desk.WhoStaff || !v.Sees(key.Client) {
			continue
		}
		for who, one := range all {
			if who.node != "" && now.After(one.until) {
				p.leave(key, who)
				continue
			}
			if who.staff == v.Staff {
				continue
			}
			list := found[one.ref]
			writing := one.writing.After(now)
			if i := slices.IndexFunc(list, func(have Present) bool { return have.Staff == who.staff }); i >= 0 {
				list[i].Writing = list[i].Writing || writing // on two nodes
			} else if name := a.staffName(who.staff); name != "" {
				found[one.ref] = append(list, Present{Staff: who.staff, Name: name, Writing: writing})
			}
		}
	}
	for _, list := range found {
		slices.SortFunc(list, func(x, y Present) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Staff, y.Staff)) })
	}
	return found
}

// sit and leave are called under the lock.
func (p *presence) sit(key store.TicketKey, ref desk.Ref, who sitting) *seen {
	if p.at[key] == nil {
		p.at[key] = map[sitting]*seen{}
	}
	if p.at[key][who] == nil {
		p.at[key][who] = &seen{ref: ref}
	}
	return p.at[key][who]
}

func (p *presence) leave(key store.TicketKey, who sitting) {
	delete(p.at[key], who)
	if len(p.at[key]) == 0 {
		delete(p.at, key)
	}
}

// tell says to the other nodes where somebody is: ids, and no personal data.
func (p *presence) tell(key store.TicketKey, ref desk.Ref, staff desk.StaffID, state string) {
	p.mu.Lock()
	relay, node := p.relay, p.node
	p.mu.Unlock()
	if relay == nil {
		return
	}
	n := func(id int64) string { return strconv.FormatInt(id, 10) }
	relay(strings.Join([]string{node, n(int64(key.Client)), n(int64(key.ID)), string(ref), n(int64(staff)), state}, " "))
}

// heard takes what another node says; false when the line is about something else.
func (a *App) heard(line string) bool {
	f := strings.Split(line, " ")
	if len(f) != 6 {
		return false
	}
	client, err1 := strconv.ParseInt(f[1], 10, 64)
	ticket, err2 := strconv.ParseInt(f[2], 10, 64)
	staff, err3 := strconv.ParseInt(f[4], 10, 64)
	p := a.presence
	if err1 != nil || err2 != nil || err3 != nil || f[0] == p.node {
		return true
	}
	key, ref, who := store.TicketKey{Client: desk.ClientID(client), ID: desk.TicketID(ticket)}, desk.Ref(f[3]), sitting{f[0], desk.StaffID(staff)}
	now := a.Now()
	p.mu.Lock()
	before := p.at[key][who]
	news := before == nil
	switch f[5] {
	case "gone":
		news = before != nil
		p.leave(key, who)
	default:
		one := p.sit(key, ref, who)
		one.until = now.Add(presentLasts)
		if f[5] == "writing" {
			news = news || !one.writing.After(now)
			one.writing = now.Add(writingLasts)
		}
	}
	p.mu.Unlock()
	if news {
		a.live.hear(Change{Client: key.Client, Ticket: key.ID, Ref: ref, Here: true})
	}
	return true
}

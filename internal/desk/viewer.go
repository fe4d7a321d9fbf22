package desk

import "slices"

// ClientID, StaffID, TicketID, PromiseID, RequesterID and MessageID are keys. A client's things are
// keyed by (ClientID, id); ids of two clients may be equal and mean nothing to each other.
type (
	ClientID    int64
	StaffID     int64
	TicketID    int64
	PromiseID   int64
	RequesterID int64
	MessageID   int64
	ShiftID     int64
)

// Role is what a member of staff may do.
type Role string

const (
	Analyst    Role = "analyst"
	Supervisor Role = "supervisor"
	Admin      Role = "admin"
	Leader     Role = "leader" // of a client: looks at its figures and works nothing
)

// Who says what kind of viewer asks.
type Who string

const (
	WhoGuest     Who = "guest"     // somebody on a client's public pages, not known yet
	WhoRequester Who = "requester" // holds the tracker token of one ticket
	WhoStaff     Who = "staff"     // signed in
	WhoLeader    Who = "leader"    // signed in, and leads a client: sees its figures and nothing else
	WhoShare     Who = "share"     // has a shared link to the figures of one client: counts, and nothing else
	WhoToken     Who = "token"     // an API token, for one client or for the desk
	WhoSystem    Who = "system"    // Kept itself: sweeper, outbox, commands
)

// Viewer is who asks. It is the second argument of every act, after ctx, and never hides in ctx.
// The zero Viewer may see nothing.
type Viewer struct {
	Who     Who
	Staff   StaffID    // for WhoStaff and WhoLeader: their account. What somebody may do hangs on Who, never on this alone
	Role    Role       // for WhoStaff and WhoLeader
	Name    string     // of staff, leader or token; shown in history
	Token   int64      // for WhoToken
	Ticket  TicketID   // for WhoRequester: the one ticket of the token
	Clients []ClientID // the clients that this viewer may serve or see, ascending; none for WhoLeader
	Of      ClientID   // for WhoLeader and WhoShare: the client whose figures are theirs. Sees does not know it, so every other door stays shut
	Desk    bool       // every client: system and desk-wide tokens
	Route   string     // the page or act, for the read log; a pattern, never a path with ids
}

// Sees reports whether v may see things of client c.
func (v Viewer) Sees(c ClientID) bool {
	if v.Desk {
		return true
	}
	_, ok := slices.BinarySearch(v.Clients, c)
	return ok
}

// SeesFigures reports whether v may see how the desk does for client c: who leads it, who has a link to that, and staff
// who serve it.
func (v Viewer) SeesFigures(c ClientID) bool {
	return (v.Who == WhoLeader || v.Who == WhoShare) && v.Of != 0 && v.Of == c || v.Who == WhoStaff && v.Sees(c)
}

// Leads reports whether v may act as a supervisor.
func (v Viewer) Leads() bool {
	return v.Who == WhoSystem || v.Who == WhoStaff && (v.Role == Supervisor || v.Role == Admin)
}

// IsStaff reports whether v works the desk: signed in, or a desk-wide or client token.
func (v Viewer) IsStaff() bool {
	return v.Who == WhoStaff || v.Who == WhoToken || v.Who == WhoSystem
}

// On gives v with the route noted, for the read log.
func (v Viewer) On(route string) Viewer { v.Route = route; return v }

// Guest is somebody on the public pages of client c.
func Guest(c ClientID) Viewer { return Viewer{Who: WhoGuest, Clients: []ClientID{c}} }

// Tracking is the holder of the tracker token of one ticket of client c.
func Tracking(c ClientID, t TicketID) Viewer {
	return Viewer{Who: WhoRequester, Clients: []ClientID{c}, Ticket: t}
}

// System is Kept itself; why is a short word for the history ("sweeper").
func System(why string) Viewer { return Viewer{Who: WhoSystem, Desk: true, Name: why} }

package app

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"sync"

	"kept/internal/desk"
)

// Change says that a ticket has changed. It holds no words: whoever hears it asks again.
type Change struct {
	Client desk.ClientID
	Ticket desk.TicketID
	Ref    desk.Ref
	New    bool
	Broken bool
	Here   bool // who has it open has changed, and nothing else; see App.Here
	Roster bool // who works when has changed, and no ticket
	Phone  bool // a phone system has reported, and nothing else; for those who lead. Client 0: a line for all hospitals
}

// Listen gives changes of what v may see until ctx ends; for a tracker's viewer only its own ticket, for who leads
// a client, and who has a link to its figures, that there is one and no more.
// A listener that is too slow loses changes and gets one Change with zero Ticket: "look at everything".
func (a *App) Listen(ctx context.Context, v desk.Viewer) <-chan Change { return a.live.listen(ctx, v) }

// changed tells everybody who listens. Acts call it after their commit.
func (a *App) changed(c Change) { a.live.publish(c) }

// rosterChanged tells everybody at the desk that who works when has changed.
func (a *App) rosterChanged() { a.changed(Change{Roster: true}) }

// waitingChanges is how many changes wait for one listener before it counts as too slow.
const waitingChanges = 16

// live carries changes from acts to listeners within this process.
type live struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
	told      int64        // how many changes, who is here apart
	recent    []Change     // the last of them
	mark      string       // of this node since it was started
	relay     func(Change) // tells the other nodes; nil on a desk of one node
}

type listener struct {
	viewer  desk.Viewer
	changes chan Change
}

func newLive() *live { return &live{listeners: map[*listener]struct{}{}, mark: rand.Text()} }

// recentChanges is how many changes are kept at least for who comes to listen.
const recentChanges = 500

// Told is a mark of what this node has told so far, for ListenSince.
func (a *App) Told() string {
	l := a.live
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mark + "." + strconv.FormatInt(l.told, 36)
}

// ListenSince is Listen, and gives what was told after a mark and before it. Known is false where that cannot be said: the mark is
// of another node, or too old.
func (a *App) ListenSince(ctx context.Context, v desk.Viewer, told string) (changes <-chan Change, missed []Change, known bool) {
	l, one := a.live, newListener(v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enter(ctx, one)
	mark, number, _ := strings.Cut(told, ".")
	n, err := strconv.ParseInt(number, 36, 64)
	late := l.told - n
	if err != nil || mark != l.mark || late < 0 || late > int64(len(l.recent)) {
		return one.changes, nil, false
	}
	for _, c := range l.recent[len(l.recent)-int(late):] {
		if one.hears(c) {
			missed = append(missed, c)
		}
	}
	return one.changes, missed, true
}

func newListener(v desk.Viewer) *listener {
	return &listener{viewer: v, changes: make(chan Change, waitingChanges)}
}

func (l *live) listen(ctx context.Context, v desk.Viewer) <-chan Change {
	one := newListener(v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enter(ctx, one)
	return one.changes
}

// enter is called under the lock.
func (l *live) enter(ctx context.Context, one *listener) {
	l.listeners[one] = struct{}{}
	context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.listeners, one)
		close(one.changes)
	})
}

// publish tells a change of this node to its listeners and to the other nodes.
func (l *live) publish(c Change) {
	l.hear(c)
	l.mu.Lock()
	relay := l.relay
	l.mu.Unlock()
	if relay != nil {
		relay(c)
	}
}

// hear tells a change to the listeners of this node. It never waits for any of them.
func (l *live) hear(c Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !c.Here {
		l.told++
		if l.recent = append(l.recent, c); len(l.recent) == 2*recentChanges {
			l.recent = append(l.recent[:0], l.recent[recentChanges:]...)
		}
	}
	for one := range l.listeners {
		if one.hears(c) {
			one.tell(c)
		}
	}
}

func (one *listener) hears(c Change) bool {
	switch {
	case c.Roster:
		return one.viewer.IsStaff()
	case c.Phone:
		return one.viewer.Who == desk.WhoStaff && one.viewer.Leads() && (c.Client == 0 || one.viewer.Sees(c.Client))
	}
	switch one.viewer.Who {
	case desk.WhoRequester:
		return !c.Here && c.Ticket == one.viewer.Ticket && one.viewer.Sees(c.Client)
	case desk.WhoLeader, desk.WhoShare:
		return !c.Here && one.viewer.SeesFigures(c.Client)
	case desk.WhoStaff, desk.WhoToken, desk.WhoSystem:
		return one.viewer.Sees(c.Client)
	}
	return false
}

// tell is called under the lock, so nobody else fills the channel between drain and send.
func (one *listener) tell(c Change) {
	if who := one.viewer.Who; who == desk.WhoLeader || who == desk.WhoShare {
		c = Change{Client: c.Client} // that something has changed, not what
	}
	select {
	case one.changes <- c:
		return
	default:
	}
	for {
		select {
		case <-one.changes:
			continue
		default:
		}
		one.changes <- Change{}
		return
	}
}

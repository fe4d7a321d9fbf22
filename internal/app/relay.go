package app

import (
	"context"
	"strconv"
	"strings"

	"kept/internal/desk"
)

// Relay carries changes between the nodes of a desk until ctx ends: what happens on one node is live
// on the pages of every other. On an embedded database there is one node and nothing to carry.
func (a *App) Relay(ctx context.Context) {
	r := a.db.Relay()
	me := desk.NewSecret(a.rand, 6)
	a.live.mu.Lock()
	a.live.relay = func(c Change) { r.Tell(c.line(me)) }
	a.live.mu.Unlock()
	a.presence.mu.Lock()
	a.presence.node, a.presence.relay = me, r.Tell
	a.presence.mu.Unlock()
	r.Run(ctx, func(line string) {
		if a.heard(line) {
			return
		}
		if from, c, ok := parseChange(line); ok && from != me {
			a.live.hear(c)
		}
	}, func() { a.live.lost() })
}

// line writes a change for other nodes: who tells, and ids.
func (c Change) line(node string) string {
	flags := ""
	if c.New {
		flags += "n"
	}
	if c.Broken {
		flags += "b"
	}
	if c.Roster {
		flags += "r"
	}
	if c.Phone {
		flags += "p"
	}
	return strings.Join([]string{node, strconv.FormatInt(int64(c.Client), 10), strconv.FormatInt(int64(c.Ticket), 10), string(c.Ref), flags}, " ")
}

func parseChange(line string) (node string, c Change, ok bool) {
	f := strings.Split(line, " ")
	if len(f) != 5 {
		return "", c, false
	}
	client, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return "", c, false
	}
	ticket, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return "", c, false
	}
	c = Change{Client: desk.ClientID(client), Ticket: desk.TicketID(ticket), Ref: desk.Ref(f[3]),
		New: strings.Contains(f[4], "n"), Broken: strings.Contains(f[4], "b"), Roster: strings.Contains(f[4], "r"), Phone: strings.Contains(f[4], "p")}
	return f[0], c, true
}

// lost tells every listener to look at everything: news may have been missed.
func (l *live) lost() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for one := range l.listeners {
		one.tell(Change{})
	}
}

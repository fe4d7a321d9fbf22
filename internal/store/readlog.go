package store

import (
	"strconv"
	"strings"

	"kept/internal/desk"
)

var addReadLog = sql(`INSERT INTO read_log (id, at, who, viewer_id, name, route, client_id, ids)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)

// seenIDs are the ids of one kind of personal data of one client that a viewer was given.
type seenIDs struct {
	client desk.ClientID
	kind   string
	ids    []int64
}

func (u *unit) noteSeen(c desk.ClientID, kind string, ids []int64) {
	if len(ids) == 0 {
		return
	}
	for i := range u.seen {
		if u.seen[i].client == c && u.seen[i].kind == kind {
			u.seen[i].ids = append(u.seen[i].ids, ids...)
			return
		}
	}
	u.seen = append(u.seen, seenIDs{c, kind, append([]int64(nil), ids...)})
}

// logSeen writes one row for each client whose data were seen: "requester 4 9; message 12".
func (u *unit) logSeen() error {
	byClient := map[desk.ClientID]*strings.Builder{}
	var order []desk.ClientID
	for _, s := range u.seen {
		b := byClient[s.client]
		if b == nil {
			b = new(strings.Builder)
			byClient[s.client] = b
			order = append(order, s.client)
		} else {
			b.WriteString("; ")
		}
		b.WriteString(s.kind)
		have := make(map[int64]bool, len(s.ids))
		for _, id := range s.ids {
			if !have[id] {
				have[id] = true
				b.WriteByte(' ')
				b.WriteString(strconv.FormatInt(id, 10))
			}
		}
	}
	v := u.viewer
	id := int64(v.Staff)
	switch v.Who {
	case desk.WhoToken:
		id = v.Token
	case desk.WhoRequester:
		id = int64(v.Ticket)
	}
	for _, c := range order {
		if err := u.put(addReadLog, []any{u.db.newID(0, u.now), micros(u.now), string(v.Who), id, v.Name, v.Route,
			int64(c), byClient[c].String()}); err != nil {
			return err
		}
	}
	u.seen = nil
	return nil
}

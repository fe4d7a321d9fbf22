package store

import (
	"cmp"
	"slices"
	"strconv"

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
	for _, row := range u.seenRows() {
		if err := u.put(addReadLog, row); err != nil {
			return err
		}
	}
	u.seen = nil
	return nil
}

// seenRows are the parameters of addReadLog, once for each client.
func (u *unit) seenRows() [][]any {
	v := u.viewer
	id := int64(v.Staff)
	switch v.Who {
	case desk.WhoToken:
		id = v.Token
	case desk.WhoRequester:
		id = int64(v.Ticket)
	}
	slices.SortStableFunc(u.seen, func(a, b seenIDs) int { return cmp.Compare(a.client, b.client) })
	var rows [][]any
	var text []byte
	for i, s := range u.seen {
		if i > 0 && s.client == u.seen[i-1].client {
			text = append(text, "; "...)
		} else {
			text = text[:0]
		}
		text = append(text, s.kind...)
		for j, id := range s.ids {
			if !slices.Contains(s.ids[:j], id) {
				text = strconv.AppendInt(append(text, ' '), id, 10)
			}
		}
		if i+1 == len(u.seen) || u.seen[i+1].client != s.client {
			rows = append(rows, []any{u.db.newID(0, u.now), micros(u.now), string(v.Who), id, v.Name, v.Route, int64(s.client), string(text)})
		}
	}
	return rows
}

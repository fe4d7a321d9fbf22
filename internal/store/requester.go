package store

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kept/internal/desk"
)

// Names, phone numbers and mail addresses are read and written in this file only, so that sealing
// them for each client changes this file only.

const (
	requesterNames = "client_id, id, kind, name, name_key, name_back, lang, proven, created_at"
	addressNames   = "client_id, id, requester_id, kind, value, voicemail, stopped_at, failed_at, created_at"
)

var (
	requesterCols = "r.client_id, r.id, r.kind, r.name, r.lang, r.proven, r.created_at"
	requesterOne  = sql("SELECT " + requesterCols + " FROM requester r WHERE r.client_id = $1 AND r.id = $2")
	requesterList = sql("SELECT " + requesterCols + " FROM requester r WHERE r.client_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3")
	requesterAdd  = gathered(insert("requester", requesterNames))
	requesterSave = sql(update("requester", "kind, name, name_key, name_back, lang, proven"))

	// From the address to the person: the other way round PostgreSQL looks at everybody of the client. In no order,
	// which is made of a few rows more cheaply than by a statement that mostly finds none.
	requesterByAddress = sql("SELECT " + requesterCols + ` FROM address a
		JOIN requester r ON r.client_id = a.client_id AND r.id = a.requester_id
		WHERE +a.client_id = $1 AND a.value = $2`)
	requesterSharing = sql("SELECT " + requesterCols + ` FROM address own
		JOIN address a ON a.client_id = own.client_id AND a.value = own.value
		JOIN requester r ON r.client_id = a.client_id AND r.id = a.requester_id
		WHERE own.client_id = $1 AND own.requester_id = $2 AND own.kind = 'phone' AND a.requester_id <> $2`)
	requesterByName = sql("SELECT " + requesterCols + ` FROM requester r
		WHERE r.client_id = $1 AND r.name_key >= $2 AND r.name_key < $3 ORDER BY r.name_key, r.id LIMIT $4`)
	requesterByLast = sql("SELECT " + requesterCols + ` FROM requester r
		WHERE r.client_id = $1 AND r.name_back >= $2 AND r.name_back < $3 ORDER BY r.name_back, r.id LIMIT $4`)

	addressCols = aliased("a", addressNames)
	addressOne  = sql("SELECT " + addressCols + " FROM address a WHERE a.client_id = $1 AND a.id = $2")
	addressOf   = sql("SELECT " + addressCols + " FROM address a WHERE a.client_id = $1 AND a.requester_id = $2 ORDER BY a.id")
	// The plus leaves SQLite one index to take: the value's.
	addressByValue = sql("SELECT " + addressCols + " FROM address a WHERE +a.client_id = $1 AND a.value = $2 ORDER BY a.client_id, a.id")
	addressAdd     = gathered(insert("address", addressNames))
	addressSave    = sql(update("address", "requester_id, kind, value, voicemail, stopped_at, failed_at"))

	// What a list calls a requester r: the name, or without one the first number.
	callerCols = `r.name, CASE WHEN r.name = '' THEN (SELECT a.value FROM address a WHERE a.client_id = r.client_id
		AND a.requester_id = r.id AND a.kind = 'phone' ORDER BY a.id LIMIT 1) END`

	callersByID = sql(`SELECT r.id, r.name, (SELECT a.value FROM address a WHERE a.client_id = r.client_id AND a.requester_id = r.id
			AND a.kind = 'phone' ORDER BY a.id LIMIT 1)
		FROM requester r WHERE r.client_id = $1 AND r.id IN (` + slots(2, keysAtOnce) + ") ORDER BY r.id")

	// Of one number or mailbox, and of all extensions of its line.
	promisesUnproven = sql(`SELECT COALESCE(SUM(CASE WHEN a.value = $4 THEN 1 ELSE 0 END), 0), COUNT(*) FROM address a
		JOIN promise p ON p.address_id = a.id AND p.client_id = a.client_id
		WHERE +a.client_id = $1 AND a.value BETWEEN $2 AND $3 AND p.ended_at IS NULL AND p.unproven = 1`)
	ticketsSince = sql(`SELECT COALESCE(SUM(CASE WHEN a.value = $4 THEN 1 ELSE 0 END), 0), COUNT(*) FROM address a
		JOIN ticket t ON t.requester_id = a.requester_id AND t.client_id = a.client_id
		WHERE +a.client_id = $1 AND a.value BETWEEN $2 AND $3 AND t.opened_at > $5`)
)

var scanRequester = placed(func(r *desk.Requester) []any {
	return []any{&r.Client, &r.ID, &r.Kind, &r.Name, &r.Lang, &r.Proven, at(&r.CreatedAt)}
})

var scanAddress = placed(func(a *desk.Address) []any {
	return []any{&a.Client, &a.ID, &a.Requester, &a.Kind, &a.Value, &a.Voicemail, at(&a.StoppedAt), at(&a.FailedAt), at(&a.CreatedAt)}
})

// Requester gives one requester, or NotFound.
func (tx *ReadTx) Requester(id desk.RequesterID) (desk.Requester, error) {
	r, err := one(tx, requesterOne, scanRequester, tx.client, id)
	if err == nil {
		tx.saw("requester", int64(id))
	}
	return r, err
}

// Requesters gives requesters by id, from behind after on.
func (tx *ReadTx) Requesters(after int64, limit int) ([]desk.Requester, error) {
	return tx.requestersSeen(many(tx, requesterList, scanRequester, tx.client, after, limit))
}

// RequestersByAddress gives everybody who has the phone number or mailbox, by id: a family may
// share one.
func (tx *ReadTx) RequestersByAddress(value string) ([]desk.Requester, error) {
	if rs, known := tx.s.foreseen.requesters(tx.client, value); known {
		return tx.requestersSeen(eachOnce(rs, nil))
	}
	return tx.requestersSeen(eachOnce(many(tx, requesterByAddress, scanRequester, tx.client, value)))
}

// RequestersSharing gives everybody else who has a phone number of r, by id.
func (tx *ReadTx) RequestersSharing(r desk.RequesterID) ([]desk.Requester, error) {
	return tx.requestersSeen(eachOnce(many(tx, requesterSharing, scanRequester, tx.client, r)))
}

// eachOnce sorts requesters by id and leaves out those who are there again, by a second address.
func eachOnce(rs []desk.Requester, err error) ([]desk.Requester, error) {
	slices.SortFunc(rs, func(a, b desk.Requester) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(rs, func(a, b desk.Requester) bool { return a.ID == b.ID }), err
}

// RequestersByName gives requesters whose name, or whose last name, begins with prefix, whatever
// the case and the accents: "gom", "Maria G" and "gomez m" find María Gómez. Those whose whole name
// begins with it come first.
func (tx *ReadTx) RequestersByName(prefix string, limit int) ([]desk.Requester, error) {
	from := nameKey(prefix)
	if from == "" {
		return nil, nil
	}
	to := from + "\U0010FFFF"
	all, err := many(tx, requesterByName, scanRequester, tx.client, from, to, limit)
	if err == nil && len(all) < limit {
		var more []desk.Requester
		more, err = many(tx, requesterByLast, scanRequester, tx.client, from, to, limit)
		for _, r := range more {
			if len(all) < limit && !slices.ContainsFunc(all, func(have desk.Requester) bool { return have.ID == r.ID }) {
				all = append(all, r)
			}
		}
	}
	return tx.requestersSeen(all, err)
}

func (tx *ReadTx) requestersSeen(rs []desk.Requester, err error) ([]desk.Requester, error) {
	tx.saw("requester", idsOf(rs, func(r desk.Requester) int64 { return int64(r.ID) })...)
	return rs, err
}

// nameKey is a name as it is looked for: lower case, no accents, single spaces.
func nameKey(name string) string { return strings.Join(strings.Fields(fold(name)), " ") }

// nameBack is a nameKey with the last word first.
func nameBack(key string) string {
	if i := strings.LastIndexByte(key, ' '); i >= 0 {
		return key[i+1:] + " " + key[:i]
	}
	return key
}

// fold takes case and accents away.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// AddRequester adds r to the client of tx.
func (tx *Tx) AddRequester(r desk.Requester) error {
	key := nameKey(r.Name)
	return tx.put(requesterAdd, tx.client, r.ID, r.Kind, r.Name, key, nameBack(key), r.Lang, flag(r.Proven), micros(r.CreatedAt))
}

// SaveRequester writes everything of r that can change; NotFound when there is no such requester.
func (tx *Tx) SaveRequester(r desk.Requester) error {
	key := nameKey(r.Name)
	return must(tx.exec(requesterSave, tx.client, r.ID, r.Kind, r.Name, key, nameBack(key), r.Lang, flag(r.Proven)))
}

// Address gives one address, or NotFound.
func (tx *ReadTx) Address(id desk.AddressID) (desk.Address, error) {
	a, err := one(tx, addressOne, scanAddress, tx.client, id)
	if err == nil {
		tx.saw("requester", int64(a.Requester))
	}
	return a, err
}

// Addresses gives the addresses of r, oldest first.
func (tx *ReadTx) Addresses(r desk.RequesterID) ([]desk.Address, error) {
	return tx.addressesSeen(many(tx, addressOf, scanAddress, tx.client, r))
}

// AddressesByValue gives the addresses with this number or mailbox: one for each requester who has it.
func (tx *ReadTx) AddressesByValue(value string) ([]desk.Address, error) {
	return tx.addressesSeen(many(tx, addressByValue, scanAddress, tx.client, value))
}

func (tx *ReadTx) addressesSeen(as []desk.Address, err error) ([]desk.Address, error) {
	tx.saw("requester", idsOf(as, func(a desk.Address) int64 { return int64(a.Requester) })...)
	return as, err
}

// AddAddress adds a to the client of tx.
func (tx *Tx) AddAddress(a desk.Address) error {
	return tx.put(addressAdd, tx.client, a.ID, a.Requester, a.Kind, a.Value, flag(a.Voicemail), optMicros(a.StoppedAt), optMicros(a.FailedAt), micros(a.CreatedAt))
}

// SaveAddress writes everything of a that can change; NotFound when there is no such address.
func (tx *Tx) SaveAddress(a desk.Address) error {
	return must(tx.exec(addressSave, tx.client, a.ID, a.Requester, a.Kind, a.Value, flag(a.Voicemail), optMicros(a.StoppedAt), optMicros(a.FailedAt)))
}

// RequesterKey names a requester over all clients.
type RequesterKey struct {
	Client desk.ClientID
	ID     desk.RequesterID
}

// Caller is what a list shows of a requester. Phone is the first number on file, E.164, to be shown
// masked; either may be empty.
type Caller struct {
	Name  string
	Phone string
}

// Callers gives the callers of keys whose clients the viewer sees, in one statement for each
// client and sixteen callers.
func (tx *DeskReadTx) Callers(keys []RequesterKey) (map[RequesterKey]Caller, error) {
	all := make(map[RequesterKey]Caller, len(keys))
	wanted := map[desk.ClientID]map[desk.RequesterID]bool{}
	for _, k := range keys {
		if !tx.viewer.Sees(k.Client) {
			continue
		}
		if wanted[k.Client] == nil {
			wanted[k.Client] = map[desk.RequesterID]bool{}
		}
		wanted[k.Client][k.ID] = true
	}
	var parts []func() error
	for c, ids := range wanted {
		for some := range slices.Chunk(slices.Sorted(maps.Keys(ids)), keysAtOnce) {
			parts = append(parts, func() error { return tx.callers(all, c, some) })
		}
	}
	return all, tx.Together(parts...)
}

func (tx *DeskReadTx) callers(all map[RequesterKey]Caller, c desk.ClientID, ids []desk.RequesterID) error {
	_, err := many(tx, callersByID, func(row scanner) (_ struct{}, err error) {
		var id desk.RequesterID
		var caller Caller
		if err = row.Scan(&id, &caller.Name, orZero(&caller.Phone)); err == nil {
			all[RequesterKey{c, id}] = caller
			tx.saw(c, "requester", int64(id))
		}
		return struct{}{}, err
	}, append([]any{c}, padded(ids, keysAtOnce)...)...)
	return err
}

// LiveUnproven is how many live promises to this number or mailbox were made by somebody whose
// identity nobody checked, and how many to its whole line: the same number with any extension or none.
func (tx *ReadTx) LiveUnproven(value string) (own, line int, err error) {
	return tx.ownAndLine(promisesUnproven, value)
}

// OpenedSince is how many tickets were opened after an instant by whoever has this number or mailbox, and
// by whoever has its line.
func (tx *ReadTx) OpenedSince(value string, after time.Time) (own, line int, err error) {
	return tx.ownAndLine(ticketsSince, value, micros(after))
}

func (tx *ReadTx) ownAndLine(s *stmt, value string, more ...any) (own, line int, err error) {
	from, to := value, value
	if number := desk.Phone(value).E164(); strings.HasPrefix(value, "+") {
		from, to = number, number+desk.LastExt
	}
	_, err = one(tx, s, func(row scanner) (struct{}, error) { return struct{}{}, row.Scan(&own, &line) }, append([]any{tx.client, from, to, value}, more...)...)
	return own, line, err
}

func scanInt(row scanner) (n int, err error) {
	err = row.Scan(&n)
	return n, err
}

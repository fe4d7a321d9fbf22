package store

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kept/internal/calendar"
	"kept/internal/coverage"
	"kept/internal/desk"
)

const (
	rotaColumns     = `id, name, rule, on_call, seats, version, changed_by, changed_at, retired_at`
	overrideColumns = `id, rota_id, start_at, end_at, out_id, in_id, made_by, made_at`
	swapColumns     = `id, rota_id, from_id, to_id, give_start, give_end, take_start, take_end, state, asked_at, changed_at`
	contactColumns  = "id, phone, login, rings, promises_an_hour, calls_an_hour"
	absenceColumns  = `id, staff_id, start_at, end_at, made_by, made_at`
)

var (
	rotasInUse = sql(`SELECT ` + rotaColumns + ` FROM rota WHERE retired_at IS NULL ORDER BY name, id`)
	rotaByID   = sql(`SELECT ` + rotaColumns + ` FROM rota WHERE id = $1`)
	addRota    = sql(insert("rota", rotaColumns))
	saveRota   = sql(`UPDATE rota SET name = $3, rule = $4, on_call = $5, seats = $6, version = version + 1, changed_by = $7, changed_at = $8, retired_at = $9
		WHERE id = $1 AND version = $2`)

	overridesFrom = sql(`SELECT ` + overrideColumns + ` FROM rota_override WHERE ended_at IS NULL AND end_at > $1 ORDER BY end_at, id`)
	addOverride   = sql(insert("rota_override", overrideColumns))
	endOverride   = sql(`UPDATE rota_override SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`)

	swapsFrom = sql(`SELECT ` + swapColumns + ` FROM swap WHERE last_end > $1 ORDER BY last_end, id`)
	swapByID  = sql(`SELECT ` + swapColumns + ` FROM swap WHERE id = $1`)
	addSwap   = sql(insert("swap", swapColumns+", last_end"))
	saveSwap  = sql(`UPDATE swap SET state = $3, changed_at = $4 WHERE id = $1 AND state = $2`)

	absencesFrom = sql(`SELECT ` + absenceColumns + ` FROM absence WHERE ended_at IS NULL AND end_at > $1 ORDER BY end_at, id`)
	absenceByID  = sql(`SELECT ` + absenceColumns + ` FROM absence WHERE id = $1 AND ended_at IS NULL`)
	addAbsence   = sql(insert("absence", absenceColumns))
	endAbsence   = sql(`UPDATE absence SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL`)

	contactsAll = sql(`SELECT ` + contactColumns + ` FROM staff ORDER BY id`)
	contactOf   = sql(`SELECT ` + contactColumns + ` FROM staff WHERE id = $1`)
	saveContact = sql(`UPDATE staff SET phone = $2, rings = $3, promises_an_hour = $4, calls_an_hour = $5 WHERE id = $1`)
	saveFeed    = sql(`UPDATE staff SET feed = $2 WHERE id = $1`)
	staffByFeed = sql(`SELECT ` + staffColumns + ` FROM staff WHERE feed = $1 AND active = 1`)
)

var errChangedMeanwhile = desk.Errorf(desk.Conflict, "rota.changed", "Somebody else has changed this rota since you opened it. Look at it again.")

func scanRota(row scanner) (r desk.Rota, err error) {
	var rule string
	if err = row.Scan(&r.ID, &r.Name, &rule, &r.OnCall, &r.Seats, &r.Version, &r.ChangedBy, at(&r.ChangedAt), at(&r.RetiredAt)); err != nil {
		return r, err
	}
	var layers []layerRow
	if err = json.Unmarshal([]byte(rule), &layers); err != nil {
		return r, err
	}
	for _, l := range layers {
		layer, err := l.layer()
		if err != nil {
			return r, err
		}
		r.Layers = append(r.Layers, layer)
	}
	return r, nil
}

// layerRow is a layer as it is stored.
type layerRow struct {
	ID     int64          `json:"id"`
	People []int64        `json:"people"`
	Every  coverage.Every `json:"every"`
	Count  int            `json:"count"`
	Zone   string         `json:"zone"`
	At     int            `json:"at"`
	Start  string         `json:"start"`
	End    string         `json:"end,omitempty"`
	Hours  string         `json:"hours,omitempty"` // as calendar.Parse reads it
}

func (l layerRow) layer() (out coverage.Layer, err error) {
	out = coverage.Layer{ID: l.ID, People: l.People, Every: l.Every, Count: l.Count, Zone: l.Zone, At: l.At}
	if out.Start, err = calendar.ParseDate(l.Start); err != nil {
		return out, err
	}
	if l.End != "" {
		if out.End, err = calendar.ParseDate(l.End); err != nil {
			return out, err
		}
	}
	if l.Hours != "" {
		out.Hours, err = calendar.Parse(l.Hours)
	}
	return out, err
}

// rule writes layers as they are stored.
func rule(layers []coverage.Layer) (string, error) {
	rows := make([]layerRow, 0, len(layers))
	for _, l := range layers {
		row := layerRow{ID: l.ID, People: l.People, Every: l.Every, Count: l.Count, Zone: l.Zone, At: l.At, Start: l.Start.String()}
		if l.End != (calendar.Date{}) {
			row.End = l.End.String()
		}
		if l.Hours.Zone != "" {
			row.Hours = l.Hours.String()
		}
		rows = append(rows, row)
	}
	text, err := json.Marshal(rows)
	return string(text), err
}

func scanOverride(row scanner) (o desk.Override, err error) {
	err = row.Scan(&o.ID, &o.Rota, at(&o.Start), at(&o.End), &o.Out, &o.In, &o.MadeBy, at(&o.MadeAt))
	return o, err
}

func scanSwap(row scanner) (s desk.Swap, err error) {
	err = row.Scan(&s.ID, &s.Rota, &s.From, &s.To, at(&s.Give.Start), at(&s.Give.End), at(&s.Take.Start), at(&s.Take.End), &s.State, at(&s.AskedAt), at(&s.ChangedAt))
	return s, err
}

func scanAbsence(row scanner) (a desk.Absence, err error) {
	err = row.Scan(&a.ID, &a.Person, at(&a.Start), at(&a.End), &a.MadeBy, at(&a.MadeAt))
	return a, err
}

// Rotas are the rotas in use, by name, with the overrides and swaps that reach beyond an instant.
func (tx *DeskReadTx) Rotas(from time.Time) ([]desk.Rota, error) {
	rotas, err := many(tx, rotasInUse, scanRota)
	if err != nil || len(rotas) == 0 {
		return rotas, err
	}
	return rotas, tx.withChanges(rotas, from)
}

// Rota is one rota, with the overrides and swaps that reach beyond an instant; NotFound otherwise.
func (tx *DeskReadTx) Rota(id int64, from time.Time) (desk.Rota, error) {
	r, err := one(tx, rotaByID, scanRota, id)
	if err != nil {
		return r, err
	}
	all := []desk.Rota{r}
	err = tx.withChanges(all, from)
	return all[0], err
}

func (tx *DeskReadTx) withChanges(rotas []desk.Rota, from time.Time) error {
	overrides, err := tx.Overrides(from)
	if err != nil {
		return err
	}
	swaps, err := tx.Swaps(from)
	if err != nil {
		return err
	}
	// In the order in which they were made: each works on what those before it made.
	slices.SortFunc(overrides, func(a, b desk.Override) int { return int(a.ID - b.ID) })
	slices.SortFunc(swaps, func(a, b desk.Swap) int { return int(a.ID - b.ID) })
	for i := range rotas {
		for _, o := range overrides {
			if o.Rota == rotas[i].ID {
				rotas[i].Overrides = append(rotas[i].Overrides, o.Override)
			}
		}
		for _, s := range swaps {
			if s.Rota == rotas[i].ID {
				rotas[i].Swaps = append(rotas[i].Swaps, s.Swap)
			}
		}
	}
	return nil
}

// Overrides are those in force that end after an instant, by their end.
func (tx *DeskReadTx) Overrides(from time.Time) ([]desk.Override, error) {
	return many(tx, overridesFrom, scanOverride, micros(from))
}

// Swaps are all, whatever became of them, whose last turn ends after an instant.
func (tx *DeskReadTx) Swaps(from time.Time) ([]desk.Swap, error) {
	return many(tx, swapsFrom, scanSwap, micros(from))
}

// Swap is one swap; NotFound otherwise.
func (tx *DeskReadTx) Swap(id int64) (desk.Swap, error) { return one(tx, swapByID, scanSwap, id) }

// Absences are those that end after an instant, by their end.
func (tx *DeskReadTx) Absences(from time.Time) ([]desk.Absence, error) {
	return many(tx, absencesFrom, scanAbsence, micros(from))
}

// Absence is one that has not been taken back; NotFound otherwise.
func (tx *DeskReadTx) Absence(id int64) (desk.Absence, error) {
	return one(tx, absenceByID, scanAbsence, id)
}

// AddRota stores a new rota under its id.
func (tx *DeskTx) AddRota(r desk.Rota) error {
	text, err := rule(r.Layers)
	if err != nil {
		return err
	}
	if err := tx.put(addRota, r.ID, r.Name, text, flag(r.OnCall), int64(r.Seats), int64(r.Version), r.ChangedBy, micros(r.ChangedAt), optMicros(r.RetiredAt)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// SaveRota stores every field of a rota, not its overrides and swaps, and makes its version the next one. A
// Conflict when it has another version by now.
func (tx *DeskTx) SaveRota(r desk.Rota) error {
	text, err := rule(r.Layers)
	if err != nil {
		return err
	}
	n, err := tx.exec(saveRota, r.ID, int64(r.Version), r.Name, text, flag(r.OnCall), int64(r.Seats), r.ChangedBy, micros(r.ChangedAt), optMicros(r.RetiredAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return errChangedMeanwhile
	}
	return tx.bump(rosterVersion)
}

// AddOverride stores an override under its id. Save the rota as well: that is what makes two at once impossible.
func (tx *DeskTx) AddOverride(o desk.Override) error {
	if err := tx.put(addOverride, o.ID, o.Rota, micros(o.Start), micros(o.End), o.Out, o.In, o.MadeBy, micros(o.MadeAt)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// EndOverride takes an override back; NotFound when there is none in force.
func (tx *DeskTx) EndOverride(id int64) error {
	if err := must(tx.exec(endOverride, id, micros(tx.Now()))); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// AddSwap stores a swap that somebody asks for.
func (tx *DeskTx) AddSwap(s desk.Swap) error {
	last := s.Give.End
	if s.Take.End.After(last) {
		last = s.Take.End
	}
	return tx.put(addSwap, s.ID, s.Rota, s.From, s.To, micros(s.Give.Start), micros(s.Give.End), optMicros(s.Take.Start), optMicros(s.Take.End),
		string(s.State), micros(s.AskedAt), micros(s.ChangedAt), micros(last))
}

// SaveSwap moves a swap on from a state; a Conflict when it has left that state meanwhile.
func (tx *DeskTx) SaveSwap(s desk.Swap, from coverage.SwapState) error {
	n, err := tx.exec(saveSwap, s.ID, string(from), string(s.State), micros(s.ChangedAt))
	if err != nil {
		return err
	}
	if n == 0 {
		return desk.Errorf(desk.Conflict, "swap.changed", "Somebody has answered this swap a moment ago.")
	}
	return tx.bump(rosterVersion)
}

// AddAbsence stores that somebody is away.
func (tx *DeskTx) AddAbsence(a desk.Absence) error {
	if err := tx.put(addAbsence, a.ID, a.Person, micros(a.Start), micros(a.End), a.MadeBy, micros(a.MadeAt)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// EndAbsence takes an absence back; NotFound when there is none.
func (tx *DeskTx) EndAbsence(id int64) error {
	if err := must(tx.exec(endAbsence, id, micros(tx.Now()))); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// ringRules are how somebody is told, as it is stored.
type ringRules struct {
	Urgent []coverage.Rule `json:"urgent"`
	Calm   []coverage.Rule `json:"else"`
}

type contactRow struct {
	who desk.StaffID
	desk.Contact
}

func scanContact(row scanner) (c contactRow, err error) {
	var rings string
	if err = row.Scan(&c.who, &c.Phone, &c.Mail, &rings, &c.Capacity.Promises, &c.Capacity.Calls); err != nil {
		return c, err
	}
	switch {
	case strings.HasPrefix(rings, "["): // as it was stored before there was a difference
		err = json.Unmarshal([]byte(rings), &c.Rings)
	case rings != "":
		var r ringRules
		err = json.Unmarshal([]byte(rings), &r)
		c.Rings, c.Calm = r.Urgent, r.Calm
	}
	return c, err
}

// Contacts are how everybody is reached for work.
func (tx *DeskReadTx) Contacts() (map[desk.StaffID]desk.Contact, error) {
	rows, err := many(tx, contactsAll, scanContact)
	if err != nil {
		return nil, err // nobody is not the same as not known
	}
	all := make(map[desk.StaffID]desk.Contact, len(rows))
	for _, r := range rows {
		all[r.who] = r.Contact
	}
	return all, nil
}

// Contact is how somebody is reached for work; nothing of who is not there.
func (tx *unit) Contact(who desk.StaffID) (desk.Contact, error) {
	r, _, err := maybe(tx, contactOf, scanContact, int64(who))
	return r.Contact, err
}

// SaveContact stores how somebody is reached for work, and what they can do in an hour.
func (tx *DeskTx) SaveContact(s desk.StaffID, c desk.Contact) error {
	rings := ""
	if len(c.Rings)+len(c.Calm) > 0 {
		text, err := json.Marshal(ringRules{c.Rings, c.Calm})
		if err != nil {
			return err
		}
		rings = string(text)
	}
	if err := must(tx.exec(saveContact, int64(s), c.Phone, rings, int64(c.Capacity.Promises), int64(c.Capacity.Calls))); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// SaveFeed stores the hash of the secret of somebody's calendar, in place of an earlier one.
func (tx *DeskTx) SaveFeed(s desk.StaffID, hash string) error {
	return must(tx.exec(saveFeed, int64(s), hash))
}

// StaffByFeed is whose calendar has the secret with this hash; NotFound otherwise.
func (tx *DeskReadTx) StaffByFeed(hash string) (desk.Staff, error) {
	return one(tx, staffByFeed, scanStaff, hash)
}

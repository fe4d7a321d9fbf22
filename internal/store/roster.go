package store

import (
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

var (
	staffActive   = sql(`SELECT ` + staffColumns + ` FROM staff WHERE active = 1 AND role <> 'leader' ORDER BY id`)
	shiftsBetween = sql(`SELECT id, staff_id, start_at, end_at, seats, on_call, break_start, break_end FROM shift
		WHERE end_at > $1 AND start_at < $2 ORDER BY end_at, id`)
	addShift = sql(`INSERT INTO shift (id, staff_id, start_at, end_at, seats, on_call, break_start, break_end)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)

	bookingsBetween = sql(`SELECT staff_id, slot_at, seat FROM booking WHERE slot_at >= $1 AND slot_at < $2
		ORDER BY slot_at, staff_id, seat`)
	// A seat that another unit is about to free looks taken; to wait for it could be for ever.
	book = sql(`INSERT INTO booking (client_id, staff_id, slot_at, seat, promise_id)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS INTEGER), CAST($5 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM booking b WHERE b.staff_id = $2 AND b.slot_at > $6 AND b.slot_at < $7 AND b.seat = $4)
		ON CONFLICT (staff_id, slot_at, seat) DO NOTHING`)
	unbook   = sql(`DELETE FROM booking WHERE client_id = $1 AND promise_id = $2`)
	bookedBy = sql(`SELECT staff_id, slot_at, seat FROM booking
		WHERE client_id = $1 AND promise_id = $2 ORDER BY slot_at, staff_id, seat`)
	bookedFor = ofKeys(`SELECT p.ticket_id, b.promise_id, b.staff_id, b.slot_at, b.seat FROM promise p
		JOIN booking b ON b.client_id = p.client_id AND b.promise_id = p.id
		WHERE p.client_id = $1 AND p.ticket_id {keys} ORDER BY p.ticket_id, b.promise_id, b.slot_at, b.staff_id, b.seat`)
)

var errWindowTaken = desk.Errorf(desk.Conflict, "window.taken", "Somebody has just taken this time.")

// Roster is Rostered with the seats taken in slots that start in [from, until). All clients share it: seats are
// seats, whoever took them.
func (tx *DeskReadTx) Roster(from, until time.Time) (r coverage.Roster, err error) {
	if r, err = tx.Rostered(from, until); err != nil {
		return r, err
	}
	r.Bookings, err = tx.Bookings(from, until)
	return r, err
}

// Rostered is who works when in [from, until): active staff, the shifts that overlap, those that rotas make too,
// and who is away.
func (tx *DeskReadTx) Rostered(from, until time.Time) (r coverage.Roster, err error) {
	if r.People, err = tx.people(); err != nil {
		return r, err
	}
	if r.Shifts, err = many(tx, shiftsBetween, scanShift, micros(from), micros(until)); err != nil {
		return r, err
	}
	rotas, err := tx.Rotas(from)
	if err != nil {
		return r, err
	}
	noted := func(person int64, at time.Time) {
		if r.Noted == nil {
			r.Noted = make(map[int64]time.Time)
		}
		if at.After(r.Noted[person]) {
			r.Noted[person] = at
		}
	}
	for _, rota := range rotas {
		turns := rota.Expand(from, until)
		for _, s := range turns {
			noted(s.Person, rota.ChangedAt)
		}
		for _, o := range rota.Overrides {
			noted(o.Out, rota.ChangedAt)
		}
		r.Shifts = append(r.Shifts, turns...)
	}
	absences, err := tx.Absences(from)
	if err != nil {
		return r, err
	}
	for _, a := range absences {
		r.Absences = append(r.Absences, a.Absence)
		noted(a.Person, a.MadeAt)
	}
	return r, nil
}

// RosterVersion grows when people, skills or shifts change; bookings do not move it. Whoever keeps a
// Roster while it stands need only read Bookings again.
func (tx *DeskReadTx) RosterVersion() (int64, error) {
	v, err := tx.Versions()
	return v.Roster, err
}

// Bookings are the seats taken in slots that start in [from, until), of every client.
func (tx *DeskReadTx) Bookings(from, until time.Time) ([]coverage.Seat, error) {
	return many(tx, bookingsBetween, scanSeat, micros(from), micros(until))
}

func (tx *DeskReadTx) people() ([]coverage.Person, error) {
	staff, err := many(tx, staffActive, scanStaff)
	if err != nil {
		return nil, err
	}
	served, err := tx.served()
	if err != nil {
		return nil, err
	}
	skills, err := many(tx, skillsOfAll, scanStaffSkill)
	if err != nil {
		return nil, err
	}
	contacts, err := tx.Contacts()
	if err != nil {
		return nil, err
	}
	bySkill := make(map[desk.StaffID]map[string]time.Time)
	for _, s := range skills {
		if bySkill[s.staff] == nil {
			bySkill[s.staff] = make(map[string]time.Time)
		}
		bySkill[s.staff][s.skill] = s.until
	}
	people := make([]coverage.Person, 0, len(staff))
	for _, s := range staff {
		// Never nil: that would mean every client.
		clients := make([]int64, 0, len(served[s.ID]))
		for _, c := range served[s.ID] {
			clients = append(clients, int64(c))
		}
		people = append(people, coverage.Person{
			ID: int64(s.ID), Name: s.Name, Lead: s.Role == desk.Supervisor || s.Role == desk.Admin,
			Skills: bySkill[s.ID], Languages: s.Languages, Clients: clients,
			Capacity: contacts[s.ID].Capacity,
		})
	}
	return people, nil
}

type staffSkill struct {
	staff desk.StaffID
	skill string
	until time.Time
}

func scanStaffSkill(row scanner) (s staffSkill, err error) {
	err = row.Scan(&s.staff, &s.skill, at(&s.until))
	return s, err
}

func scanShift(row scanner) (s coverage.Shift, err error) {
	var pause coverage.Span
	err = row.Scan(&s.ID, &s.Person, at(&s.Start), at(&s.End), &s.Seats, &s.OnCall, at(&pause.Start), at(&pause.End))
	if !pause.Start.IsZero() {
		s.Breaks = []coverage.Span{pause}
	}
	return s, err
}

func scanSeat(row scanner) (s coverage.Seat, err error) {
	err = row.Scan(&s.Person, at(&s.Slot), &s.Seat)
	return s, err
}

// AddShift stores a new shift under its id. It has one break at most, and is for all clients that
// the person serves: anything else is Invalid.
func (tx *DeskTx) AddShift(s coverage.Shift) error {
	if len(s.Breaks) > 1 || s.Clients != nil {
		return desk.Errorf(desk.Invalid, "shift", "A shift has one break at most and serves all clients of its person.")
	}
	var pause coverage.Span
	if len(s.Breaks) == 1 {
		pause = s.Breaks[0]
	}
	if err := tx.put(addShift, s.ID, s.Person, micros(s.Start), micros(s.End), int64(s.Seats), flag(s.OnCall),
		optMicros(pause.Start), optMicros(pause.End)); err != nil {
		return err
	}
	return tx.bump(rosterVersion)
}

// Book takes a seat for a promise, for half an hour. A seat that somebody else has at some instant of it is a Conflict
// with the code "window.taken"; the unit of work can go on and try another.
func (tx *Tx) Book(seat coverage.Seat, p desk.PromiseID) error {
	// The key of the row knows windows that start together. Those that overlap, a quarter of an hour apart in another
	// zone, share a half hour of the clock: whoever has it sees what is committed of the other.
	half := seat.Slot.Truncate(coverage.SeatLength)
	ok, err := tx.reserve("seat", seat.Person, micros(half), seat.Seat)
	if ok && err == nil && !half.Equal(seat.Slot) {
		ok, err = tx.reserve("seat", seat.Person, micros(half.Add(coverage.SeatLength)), seat.Seat)
	}
	if err != nil {
		return err
	}
	var n int64
	if ok {
		n, err = tx.exec(book, int64(tx.client), seat.Person, micros(seat.Slot), int64(seat.Seat), int64(p),
			micros(seat.Slot.Add(-coverage.SeatLength)), micros(seat.Slot.Add(coverage.SeatLength)))
	}
	if err == nil && n == 0 {
		return errWindowTaken
	}
	if err == nil {
		held := HeldSeat{tx.client, p, coverage.Seat{Person: seat.Person, Slot: seat.Slot.UTC(), Seat: seat.Seat}}
		tx.After(func() { tx.db.seats.add(SeatChange{HeldSeat: held}) })
	}
	return err
}

// Unbook frees every seat of a promise, if it has any.
func (tx *Tx) Unbook(p desk.PromiseID) error {
	tx.After(func() { tx.db.seats.add(SeatChange{HeldSeat: HeldSeat{Client: tx.client, Promise: p}, Freed: true}) })
	return tx.put(unbook, int64(tx.client), int64(p))
}

// BookedBy gives the seat that a promise holds; false when it holds none.
func (tx *ReadTx) BookedBy(p desk.PromiseID) (coverage.Seat, bool, error) {
	return maybe(tx, bookedBy, scanSeat, int64(tx.client), int64(p))
}

// SeatsFor gives the seats that the promises of a ticket hold, by promise; of several the first.
func (tx *ReadTx) SeatsFor(t desk.TicketID) (map[desk.PromiseID]coverage.Seat, error) {
	rows, err := many(tx, bookedFor.one, scanBooked, tx.client, t)
	return seatsOf(rows), err
}

// SeatsOf is SeatsFor of several tickets.
func (tx *ReadTx) SeatsOf(ts []desk.TicketID) (map[desk.TicketID]map[desk.PromiseID]coverage.Seat, error) {
	rows, err := byKeys(tx, bookedFor, ts, scanBooked, func(b *bookedSeat) desk.TicketID { return b.ticket })
	all := make(map[desk.TicketID]map[desk.PromiseID]coverage.Seat, len(rows))
	for t, of := range rows {
		all[t] = seatsOf(of)
	}
	return all, err
}

// bookedSeat is a seat, and for what it is taken.
type bookedSeat struct {
	coverage.Seat
	ticket  desk.TicketID
	promise desk.PromiseID
}

func scanBooked(row scanner) (b bookedSeat, err error) {
	err = row.Scan(&b.ticket, &b.promise, &b.Person, at(&b.Slot), &b.Seat.Seat)
	return b, err
}

// seatsOf gives the first seat of each promise.
func seatsOf(rows []bookedSeat) map[desk.PromiseID]coverage.Seat {
	seats := make(map[desk.PromiseID]coverage.Seat, len(rows))
	for _, b := range rows {
		if _, have := seats[b.promise]; !have {
			seats[b.promise] = b.Seat
		}
	}
	return seats
}

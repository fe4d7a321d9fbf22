package store

import (
	"sync"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
)

var seatsHeld = sql(`SELECT client_id, promise_id, staff_id, slot_at, seat FROM booking
	WHERE slot_at >= $1 ORDER BY slot_at, staff_id, seat`)

var seatsIn = sql(`SELECT COUNT(*) FROM booking WHERE staff_id = $1 AND slot_at >= $2 AND slot_at < $3`)

// SeatsIn is how many seats of somebody are taken in slots that start in [from, until), whichever client took them.
func (tx *ReadTx) SeatsIn(person int64, from, until time.Time) (int, error) {
	return one(tx, seatsIn, scanInt, person, micros(from), micros(until))
}

var seatsPromised = sql(`SELECT b.client_id, b.promise_id, b.staff_id, b.slot_at, b.seat, CASE WHEN p.repair_of = 0 THEN p.skill ELSE '' END
	FROM booking b JOIN promise p ON p.client_id = b.client_id AND p.id = b.promise_id
	WHERE b.slot_at >= $1 ORDER BY b.slot_at, b.staff_id, b.seat`)

// PromisedSeat is a seat with the skill for which it is held; "" for a repair, which needs none.
type PromisedSeat struct {
	HeldSeat
	Skill string
}

// SeatsPromised is SeatsHeld with what for.
func (tx *DeskReadTx) SeatsPromised(from time.Time) ([]PromisedSeat, error) {
	return many(tx, seatsPromised, func(row scanner) (s PromisedSeat, err error) {
		err = row.Scan(&s.Client, &s.Promise, &s.Person, at(&s.Slot), &s.Seat.Seat, &s.Skill)
		return s, err
	}, micros(from))
}

// HeldSeat is a seat and the promise that holds it.
type HeldSeat struct {
	Client  desk.ClientID
	Promise desk.PromiseID
	coverage.Seat
}

// SeatsHeld are the seats of every client in slots that start at from or later, with who holds them.
func (tx *DeskReadTx) SeatsHeld(from time.Time) ([]HeldSeat, error) {
	return many(tx, seatsHeld, func(row scanner) (s HeldSeat, err error) {
		err = row.Scan(&s.Client, &s.Promise, &s.Person, at(&s.Slot), &s.Seat.Seat)
		return s, err
	}, micros(from))
}

// SeatChange is a seat that was taken or, with Freed, all seats of a promise that were given back.
type SeatChange struct {
	HeldSeat
	Freed bool
}

// seatChanges is how many changes are remembered.
const seatChanges = 1024

// seatLog is what this process has done to seats since it began. It lets somebody who has read them keep what
// they have read up to date. On SQLite that is all that happens to seats; on PostgreSQL other nodes take some too.
type seatLog struct {
	mu   sync.Mutex
	n    int64
	ring [seatChanges]SeatChange
}

func (l *seatLog) add(c SeatChange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring[l.n%seatChanges] = c
	l.n++
}

func (l *seatLog) place() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// SeatPlace is the place in the log of seats from which on SeatChanges brings what this snapshot of SeatsHeld shows
// up to date.
func (tx *DeskReadTx) SeatPlace() int64 { return tx.place }

// SeatChanges gives what this process has done to seats since place, and the place from which to ask next. It is
// false when that is too long ago: read the seats again, with the place taken before.
func (db *DB) SeatChanges(since int64) (list []SeatChange, place int64, ok bool) {
	l := &db.seats
	l.mu.Lock()
	defer l.mu.Unlock()
	if since < l.n-seatChanges {
		return nil, l.n, false
	}
	for i := since; i < l.n; i++ {
		list = append(list, l.ring[i%seatChanges])
	}
	return list, l.n, true
}

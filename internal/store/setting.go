package store

import (
	"strconv"
	"sync/atomic"
)

// Settings that the store keeps itself: each grows by one when what it watches changes.
const (
	rosterVersion  = "roster_version"
	answersVersion = "answers_version"
	warnedRoster   = "warned_roster" // the version of the roster by which it was looked at who is warned of clocks
	deskVersion    = "desk_version"  // clients, skills, functions, canned texts and agreements in force
)

var (
	settingByKey = sql(`SELECT value FROM setting WHERE key = $1`)
	setSetting   = sql(`INSERT INTO setting (key, value) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
	bumpSetting = sql(`INSERT INTO setting (key, value) VALUES ($1, '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)`)
)

// Versions are how often each part of what is known of the desk has changed: what was read at the same
// versions is still true.
type Versions struct{ Desk, Roster, Answers int64 }

// Of a list of three SQLite makes a table each time.
var versions = sql(versionOf(deskVersion) + " UNION ALL " + versionOf(rosterVersion) + " UNION ALL " + versionOf(answersVersion))

func versionOf(key string) string {
	return "SELECT key, CAST(value AS BIGINT) FROM setting WHERE key = '" + key + "'"
}

// countedUp keeps the versions as they were read last. It is for SQLite, which this process has to itself.
type countedUp struct {
	begun, over atomic.Int64 // how often a unit of work has counted one up, and how many of them have ended
	known       atomic.Pointer[versionsAt]
}

type versionsAt struct {
	counted int64
	Versions
}

// settled is how often one has been counted up, all of it by units that have ended; -1 while one may be about to commit.
func (c *countedUp) settled() int64 {
	over := c.over.Load()
	if begun := c.begun.Load(); begun == over {
		return begun
	}
	return -1
}

// Versions gives the versions of everything that a node may remember.
func (tx *DeskReadTx) Versions() (v Versions, err error) {
	c := &tx.db.countedUp
	keeps := tx.s.pg == nil && tx.generation >= 0 && tx.counted >= 0 // it reads, and nobody was about to count
	if k := c.known.Load(); keeps && k != nil && k.counted == tx.counted {
		return k.Versions, nil
	}
	_, err = many(tx, versions, func(row scanner) (_ struct{}, err error) {
		var key string
		var n int64
		err = row.Scan(&key, &n)
		switch key {
		case deskVersion:
			v.Desk = n
		case rosterVersion:
			v.Roster = n
		case answersVersion:
			v.Answers = n
		}
		return struct{}{}, err
	})
	// A snapshot that was opened while one began may be younger than what was counted says.
	if keeps && err == nil && c.begun.Load() == tx.counted {
		c.known.Store(&versionsAt{tx.counted, v})
	}
	return v, err
}

// Setting gives what is stored under a key; false when nothing is.
func (tx *DeskReadTx) Setting(key string) (string, bool, error) {
	return maybe(tx, settingByKey, value[string], key)
}

// SetSetting stores a value under a key, in place of what was there.
func (tx *DeskTx) SetSetting(key, value string) error { return tx.put(setSetting, key, value) }

// version reads a setting that bump counts up; 0 before the first change.
func (tx *DeskReadTx) version(key string) (int64, error) {
	text, ok, err := tx.Setting(key)
	if err != nil || !ok {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

func (h hands) bump(key string) error {
	h.u.db.countedUp.begun.Add(1)
	h.u.counts++
	return h.put(bumpSetting, key)
}

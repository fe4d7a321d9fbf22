package store

import (
	stdsql "database/sql"
	"reflect"
	"time"
)

// systemClock is the one place of the package that reads the machine's clock; every instant that is
// stored or compared comes from Options.Clock, whose default it is.
func systemClock() time.Time { return time.Now() }

// stopwatch measures how long something took, for logs and time limits; it never reaches a row.
func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// micros is the stored form of an instant: microseconds UTC since 1970. The zero Time is 0; for a
// column that may be NULL use optMicros.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// optMicros is micros for a column that may be NULL: the zero Time becomes NULL.
func optMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// instant reads back what micros wrote: UTC, and the zero Time for 0.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// at scans a BIGINT of microseconds, NULL included, into a Time: Scan(at(&t.OpenedAt)).
func at(t *time.Time) stdsql.Scanner { return instantScanner{t} }

type instantScanner struct{ t *time.Time }

func (s instantScanner) Scan(src any) error {
	switch us := src.(type) {
	case nil:
		*s.t = time.Time{}
		return nil
	case int64:
		*s.t = instant(us)
		return nil
	}
	var n stdsql.NullInt64
	if err := n.Scan(src); err != nil {
		return err
	}
	*s.t = instant(n.Int64)
	return nil
}

// optID is an id for a column that may be NULL: 0 becomes NULL.
func optID[T ~int64](id T) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// optText is a text for a column that may be NULL: "" becomes NULL.
func optText[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// orZero scans a column that may be NULL into p, the zero value standing for NULL.
func orZero[T any](p *T) stdsql.Scanner { return zeroScanner[T]{p} }

type zeroScanner[T any] struct{ p *T }

func (s zeroScanner[T]) pointer() any { return s.p }

func (s zeroScanner[T]) Scan(src any) error {
	var n stdsql.Null[T]
	if src == nil {
		*s.p = n.V
		return nil
	}
	if whole, ok := src.(int64); ok {
		if to := reflect.ValueOf(s.p).Elem(); to.CanInt() {
			to.SetInt(whole)
			return nil
		}
	}
	if err := n.Scan(src); err != nil {
		return err
	}
	*s.p = n.V
	return nil
}

// flag is the stored form of a yes or no: 1 or 0 in an INTEGER column. It is scanned into a bool.
func flag(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// Now is the instant of the desk's clock, UTC, whole microseconds.
func (db *DB) Now() time.Time { return db.instant() }

// Package job does the work that happens later: it claims rows that are due,
// works them, and gives back those that could not be done.
//
// It knows no noun and no SQL. What is due and what to do about it is the
// business of a [Source]. It keeps nothing in memory that a crash could lose: a
// row that nobody finished is due again when its lease runs out.
//
// Start reading at [Source], then at [Loop.Run].
package job

import (
	"context"
	"time"
)

// Source knows what is due. Several loops, in several processes, may share one.
type Source interface {
	// Claim leases up to n rows that are due at now, oldest first, until
	// now+lease, and counts an attempt for each. While a lease runs nobody else
	// is given the row; after it the row is due again.
	Claim(ctx context.Context, now time.Time, n int, lease time.Duration) ([]Row, error)

	// Return ends the lease of a row that was not finished and makes it due again
	// at the instant given. The reason holds no personal data. A row that somebody
	// else has claimed since (its attempts differ) is left alone.
	Return(ctx context.Context, row Row, at time.Time, reason string) error
}

// Row is one thing that is due.
type Row struct {
	ID       string // goes to the log, so it holds no personal data
	Attempts int    // how often it was claimed, this time included; tells two leases of one row apart
	FireAt   time.Time

	// Work does it and finishes the row, in one unit of work where possible. Its
	// ctx ends with the lease. Giving up for good after so many attempts is for
	// Work to decide: an error always means "again later".
	Work func(ctx context.Context) error
}

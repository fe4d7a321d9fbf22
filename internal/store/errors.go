package store

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kept/internal/desk"
)

// fault turns an engine's error into a desk.Error: what cannot be reached, is full, locked or out
// of time is Unavailable; a value that must be unique is a Conflict; what is too long is Invalid;
// the rest is Internal. The cause, for the log, names the statement and never its values.
func fault(s *stmt, err error) error {
	var known *desk.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	cause := err
	if s != nil {
		cause = fmt.Errorf("%s: %w", s.name, err)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteFault(lite.Code(), cause)
	}
	var direct *liteError
	if errors.As(err, &direct) {
		return sqliteFault(int(direct.code), cause)
	}
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	if errors.As(err, &pg) && !errors.As(err, &connect) { // a server that lets nobody in has its reasons, and is away all the same
		return postgresFault(pg, cause)
	}
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return desk.Wrap(desk.Unavailable, "timeout", cause, "The database did not answer in time. Please try again.")
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, stdsql.ErrConnDone), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "sql: database is closed"):
		return desk.Wrap(desk.Unavailable, "unreachable", cause, "The database cannot be reached now. Please try again.")
	}
	return desk.Wrap(desk.Internal, "store", cause, "Something went wrong on our side.")
}

func sqliteFault(code int, cause error) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return desk.Wrap(desk.Conflict, "taken", cause, "Somebody has just taken this.")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return desk.Wrap(desk.Unavailable, "disk_full", cause, "The disk of the server is full.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return desk.Wrap(desk.Unavailable, "busy", cause, "The database is busy. Please try again.")
	case sqlite3.SQLITE_INTERRUPT:
		return desk.Wrap(desk.Unavailable, "timeout", cause, "The database did not answer in time. Please try again.")
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
		return desk.Wrap(desk.Unavailable, "unreachable", cause, "The database cannot be reached now. Please try again.")
	case sqlite3.SQLITE_TOOBIG:
		return desk.Wrap(desk.Invalid, "too_long", cause, "This is longer than the desk can store.")
	}
	return desk.Wrap(desk.Internal, "store", cause, "Something went wrong on our side.")
}

func postgresFault(e *pgconn.PgError, cause error) error {
	switch {
	case e.Code == "23505":
		return desk.Wrap(desk.Conflict, "taken", cause, "Somebody has just taken this.")
	case e.Code == "22001", e.Code == "54000":
		return desk.Wrap(desk.Invalid, "too_long", cause, "This is longer than the desk can store.")
	case e.Code == "40001", e.Code == "40P01", e.Code == "55P03":
		return desk.Wrap(desk.Unavailable, "busy", cause, "The database is busy. Please try again.")
	case e.Code == "53100":
		return desk.Wrap(desk.Unavailable, "disk_full", cause, "The disk of the server is full.")
	case e.Code == "57014":
		return desk.Wrap(desk.Unavailable, "timeout", cause, "The database did not answer in time. Please try again.")
	case e.SeverityUnlocalized == "FATAL", e.SeverityUnlocalized == "PANIC", // it has ended the connection
		strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "58"), e.Code == "25006":
		return desk.Wrap(desk.Unavailable, "unreachable", cause, "The database cannot be reached now. Please try again.")
	}
	return desk.Wrap(desk.Internal, "store", cause, "Something went wrong on our side.")
}

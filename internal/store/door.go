package store

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"kept/internal/desk"
)

// door is one question over the clients of a viewer, as three statements that differ only in how
// they keep to those clients, so that each has a plan of its own.
type door struct {
	all    *stmt // the viewer sees every client
	staff  *stmt // the viewer serves the clients of staff_client; the last parameter is the staff id
	client *stmt // the viewer sees one client; the last parameter is that client
}

// across registers a question whose text holds the mark {mine t}, t being the alias of the table
// whose client_id decides, once for each part. The mark becomes a condition, so it stands behind a WHERE.
func across(text string) *door { return newDoor(text, text, mineOfMany) }

// acrossFor is across where the text differs between the engines.
func acrossFor(sqlite, postgres string) *door { return newDoor(sqlite, postgres, mineOfMany) }

// acrossOne is across for a question that finds a row or two by a key: SQLite holds each against the clients of the
// viewer, and does not read all of these first.
func acrossOne(text string) *door { return newDoor(text, text, mineOfOne) }

const (
	// Not a join: the order of the walk must stay the one of the index.
	mineOfMany = "+%s.client_id IN (SELECT sc.client_id FROM staff_client sc WHERE sc.staff_id = $N)"
	mineOfOne  = "EXISTS (SELECT 1 FROM staff_client sc WHERE sc.staff_id = $N AND sc.client_id = %s.client_id)"
)

// acrossAnew is acrossFor for a question that PostgreSQL plans for each of its values: rare words are looked
// up, and for those in every other text the newest texts are read until there are enough. One plan for both
// would read every text with a common word.
func acrossAnew(sqlite, postgres string) *door {
	d := newDoor(sqlite, postgres, mineOfMany)
	d.all.anew, d.staff.anew, d.client.anew = true, true, true
	return d
}

// slowly marks the statements of d as slow.
func (d *door) slowly() *door {
	d.all.slow, d.staff.slow, d.client.slow = true, true, true
	return d
}

func newDoor(sqlite, postgres, served string) *door {
	_, file, line, _ := runtime.Caller(2)
	with := func(condition string) *stmt {
		s := register(mine(sqlite, condition), mine(postgres, condition))
		s.name = fmt.Sprintf("%s:%d", filepath.Base(file), line)
		return s
	}
	return &door{
		all:   with("1 = 1"),
		staff: with(served),
		// The plus keeps SQLite from leaving the index that gives the order.
		client: with("+%s.client_id = $N"),
	}
}

// mine puts the condition where the marks are, with the number behind the highest parameter.
func mine(text, condition string) string {
	condition = strings.ReplaceAll(condition, "$N", "$"+strconv.Itoa(parameters(text)+1))
	before, rest, ok := strings.Cut(text, "{mine ")
	if !ok && text != "" {
		return "a door without {mine …}: " + text // does not prepare, which a test tells
	}
	for ok {
		alias, after, _ := strings.Cut(rest, "}")
		before += strings.ReplaceAll(condition, "%s", alias)
		rest, after, ok = strings.Cut(after, "{mine ")
		before, rest = before+rest, after
	}
	return before
}

// parameters is the highest number of a parameter in text.
func parameters(text string) int {
	top := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		n := 0
		for i++; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
			n = n*10 + int(text[i]-'0')
		}
		top = max(top, n)
	}
	return top
}

// choose gives the statement of d for the viewer and its parameters; ok is false for a viewer who
// sees no client at all.
func (tx *DeskReadTx) choose(d *door, args []any) (s *stmt, all []any, ok bool, err error) {
	switch v := tx.viewer; {
	case v.Desk:
		return d.all, args, true, nil
	case v.Who == desk.WhoStaff:
		return d.staff, append(args, v.Staff), true, nil
	case len(v.Clients) == 0:
		return nil, nil, false, nil
	case len(v.Clients) == 1:
		return d.client, append(args, v.Clients[0]), true, nil
	}
	return nil, nil, false, desk.Errorf(desk.Internal, "viewer_clients", "Something went wrong on our side.")
}

// manyAcross is many over the clients of the viewer.
func manyAcross[T any](tx *DeskReadTx, d *door, scan func(scanner) (T, error), args ...any) ([]T, error) {
	s, args, ok, err := tx.choose(d, args)
	if !ok {
		return nil, err
	}
	return many(tx, s, scan, args...)
}

// oneAcross is one over the clients of the viewer.
func oneAcross[T any](tx *DeskReadTx, d *door, scan func(scanner) (T, error), args ...any) (T, error) {
	s, args, ok, err := tx.choose(d, args)
	if !ok {
		var none T
		if err == nil {
			err = errNotFound
		}
		return none, err
	}
	return one(tx, s, scan, args...)
}

// aliased puts the alias of a table before each name of a list of columns.
func aliased(alias, names string) string {
	return alias + "." + strings.ReplaceAll(names, ", ", ", "+alias+".")
}

// insert is the INSERT of one row with the given columns.
func insert(table, names string) string {
	return "INSERT INTO " + table + " (" + names + ") VALUES (" + slots(1, strings.Count(names, ",")+1) + ")"
}

// update is the UPDATE of the given columns of the row with key ($1, $2) = (client_id, id).
func update(table, names string) string {
	list := strings.Split(names, ", ")
	for i, name := range list {
		list[i] = name + " = $" + strconv.Itoa(i+3)
	}
	return "UPDATE " + table + " SET " + strings.Join(list, ", ") + " WHERE client_id = $1 AND id = $2"
}

// slots is a list of n parameters from number first on.
func slots(first, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = "$" + strconv.Itoa(first+i)
	}
	return strings.Join(list, ", ")
}

// padded gives exactly n parameters: the values, and the last one again and again.
func padded[T any](values []T, n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = values[min(i, len(values)-1)]
	}
	return all
}

// inKeys runs do with s and its parameters for some keys of the client, keysAtOnce at a time. Written directly, SQLite
// takes longer to make a table of a list than to run a statement for each key. One that is named twice counts once.
func inKeys[K comparable](tx *ReadTx, s *stmt, keys []K, do func(s *stmt, args []any) error) error {
	if len(keys) > 1 {
		seen := make(map[K]bool, len(keys))
		keys = slices.DeleteFunc(slices.Clone(keys), func(k K) bool {
			again := seen[k]
			seen[k] = true
			return again
		})
	}
	if tx.s.direct != nil {
		args := []any{tx.client, nil} // bound at once, and not kept
		for _, k := range keys {
			args[1] = k
			if err := do(s.one, args); err != nil {
				return err
			}
		}
		return nil
	}
	for some := range slices.Chunk(keys, keysAtOnce) {
		of, args := s.one, []any{tx.client, some[0]}
		if len(some) > 1 {
			of, args = s, append([]any{tx.client}, padded(some, keysAtOnce)...)
		}
		if err := do(of, args); err != nil {
			return err
		}
	}
	return nil
}

// byKeys gives the rows of s for some keys of the client by the key that each is of, those of each key in the order of s.
func byKeys[K comparable, T any](tx *ReadTx, s *stmt, keys []K, scan func(scanner) (T, error), of func(*T) K) (map[K][]T, error) {
	all := make(map[K][]T, len(keys))
	return all, readKeys(tx, s, keys, scan, func(rows []T) error {
		for len(rows) > 0 {
			n, k := 1, of(&rows[0])
			for n < len(rows) && of(&rows[n]) == k {
				n++
			}
			all[k] = append(all[k], rows[:n]...) // as much room as it needs
			rows = rows[n:]
		}
		return nil
	})
}

// byKey is byKeys of what there is one of.
func byKey[K comparable, T any](tx *ReadTx, s *stmt, keys []K, scan func(scanner) (T, error), of func(*T) K) (map[K]T, error) {
	all := make(map[K]T, len(keys))
	return all, readKeys(tx, s, keys, scan, func(rows []T) error {
		for i := range rows {
			k := of(&rows[i])
			if _, known := all[k]; !known {
				all[k] = rows[i]
			}
		}
		return nil
	})
}

// readKeys gives take the rows of each statement that inKeys runs. It may not keep them: their room is for the next ones.
func readKeys[K comparable, T any](tx *ReadTx, s *stmt, keys []K, scan func(scanner) (T, error), take func([]T) error) error {
	room, _ := s.room.Get().(*[]T)
	if room == nil {
		room = new([]T)
	}
	err := inKeys(tx, s, keys, func(s *stmt, args []any) error {
		rows, err := more((*room)[:0], tx, s, scan, args...)
		if err == nil {
			err = take(rows)
			clear(rows)
			*room = rows
		}
		return err
	})
	if err == nil {
		s.room.Put(room)
	}
	return err
}

// idsOf gives the ids of rows, for the read log.
func idsOf[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = id(r)
	}
	return ids
}

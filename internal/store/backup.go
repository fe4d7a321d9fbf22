package store

import (
	"context"
	stdsql "database/sql"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"kept/internal/desk"
)

// holdOutbox keeps messages from being sent a second time after a restore, until an operator lets
// them go.
var holdOutbox = sql(`INSERT INTO setting (key, value) VALUES ('outbox_held', '1')
	ON CONFLICT (key) DO UPDATE SET value = excluded.value`)

// Backup writes a checked copy of everything to path, a new file that only its owner may read, while
// the desk goes on working. SQLite gives a database file, PostgreSQL an archive of pg_dump. An
// existing file is a Conflict and stays as it is.
func (db *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return desk.Errorf(desk.Conflict, "backup_exists", "There is already a file of that name. Give the backup another one.")
	}
	part := path + ".part"
	if _, err := os.Lstat(part); err == nil {
		return desk.Errorf(desk.Conflict, "backup_exists", "A backup of that name is under way, or was cut off: wait for it, or take %s away.", part)
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return desk.Wrap(desk.Unavailable, "backup", err, "The backup file cannot be written there.")
	}
	f.Close()
	defer os.Remove(part + "-journal") // SQLite leaves it on a full disk
	defer os.Remove(part)
	if err := db.engine.backup(ctx, part); err != nil {
		return fault(nil, err)
	}
	return settleFile(part, path)
}

// Restore brings a backup into an empty folder or database, upgrades it and holds the outbox. A
// folder or database with a desk in it is a Conflict and stays as it is; a damaged file is Invalid.
func Restore(ctx context.Context, o Options, path string) error {
	if _, err := os.Stat(path); err != nil {
		return desk.Wrap(desk.NotFound, "backup_missing", err, "There is no such backup file.")
	}
	restore := restoreSQLite
	if o.DatabaseURL != "" {
		restore = restorePostgres
	}
	if err := restore(ctx, o, path); err != nil {
		return fault(nil, err)
	}
	o.NoMigrate = false
	db, err := Open(ctx, o)
	if err != nil {
		return err
	}
	err = db.System(ctx, "restore", func(tx *SystemTx) error { return tx.put(holdOutbox) })
	return errors.Join(err, db.Close())
}

// settleFile gives a finished file its name, so that a file of that name is always a whole one.
func settleFile(part, path string) error {
	if err := syncFile(part); err != nil {
		return desk.Wrap(desk.Unavailable, "backup", err, "The file could not be written to the disk.")
	}
	if err := os.Rename(part, path); err != nil {
		return desk.Wrap(desk.Unavailable, "backup", err, "The file could not be given its name.")
	}
	if err := syncFile(filepath.Dir(path)); err != nil {
		return desk.Wrap(desk.Unavailable, "backup", err, "The file could not be written to the disk.")
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (e *liteEngine) backup(ctx context.Context, part string) error {
	// A connection of its own: the copy takes long, and must not keep a reader from its work.
	db, err := stdsql.Open("sqlite", liteFile(e.path))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", part); err != nil {
		return err
	}
	if e.log != nil {
		if err := e.log.copyInto(ctx, part); err != nil {
			return err
		}
	}
	return checkCopy(ctx, part)
}

// liteFile opens a file with no more than patience, and no file of SQLite's own beside it: there may be no place for one.
func liteFile(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)&_pragma=temp_store(MEMORY)"
}

// checkCopy opens a copy that nobody else uses and looks for damage.
func checkCopy(ctx context.Context, path string) error {
	db, err := stdsql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	var tables int
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict)
	if err == nil {
		err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name IN ('setting', 'read_log')").Scan(&tables)
	}
	if err != nil || verdict != "ok" || tables != 2 {
		return desk.Wrap(desk.Invalid, "backup_damaged", err, "This file is no whole backup of Kept.")
	}
	return nil
}

func restoreSQLite(ctx context.Context, o Options, path string) error {
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be made.")
	}
	lock, err := lockFolder(o.DataDir)
	if err != nil {
		return err
	}
	defer lock.Close()
	to := filepath.Join(o.DataDir, "kept.db")
	for _, name := range []string{to, to + "-wal", filepath.Join(o.DataDir, readsFile)} {
		if _, err := os.Lstat(name); err == nil {
			return errNotEmpty
		}
	}
	if err := checkCopy(ctx, path); err != nil {
		return err
	}
	part := to + ".part"
	defer os.Remove(part)
	if err := copyFile(path, part); err != nil {
		return desk.Wrap(desk.Unavailable, "restore", err, "The backup could not be copied into the data folder.")
	}
	return settleFile(part, to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

var errNotEmpty = desk.Errorf(desk.Conflict, "not_empty", "There is a desk here already. Restore into an empty folder or database.")

func (e *pgEngine) backup(ctx context.Context, part string) error {
	// The wall between clients stands for the owner too; PGOPTIONS in pgTool opens it.
	return pgTool(ctx, "pg_dump", e.url, "--format=custom", "--no-owner", "--enable-row-security", "--exclude-table-data=changed", "--file="+part)
}

func restorePostgres(ctx context.Context, o Options, path string) error {
	db, err := stdsql.Open("pgx", o.DatabaseURL)
	if err != nil {
		return desk.Errorf(desk.Invalid, "database_url", "The database address cannot be understood.")
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'").Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return errNotEmpty
	}
	return pgTool(ctx, "pg_restore", o.DatabaseURL, "--no-owner", "--single-transaction", "--exit-on-error", path)
}

// pgTool runs a program of PostgreSQL. The password goes through the environment, because everybody
// on the machine can read a command line.
func pgTool(ctx context.Context, tool, address string, args ...string) error {
	bin, err := exec.LookPath(tool)
	if err != nil {
		return desk.Wrap(desk.Unavailable, "no_"+tool, err, "The program "+tool+" is not on this machine. Install it with: apt-get install postgresql-client")
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return desk.Errorf(desk.Invalid, "database_url", "The database address must look like postgres://name:password@host/database.")
	}
	env := append(os.Environ(), "PGOPTIONS=-c kept.clients=*")
	if secret, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+secret)
		u.User = url.User(u.User.Username())
	}
	cmd := exec.CommandContext(ctx, bin, append([]string{"--dbname=" + u.String()}, args...)...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return desk.Wrap(desk.Unavailable, tool, errors.Join(err, errors.New(string(out))), "The program "+tool+" did not succeed; the log says why.")
	}
	return nil
}

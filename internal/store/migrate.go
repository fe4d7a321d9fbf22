package store

import (
	"bytes"
	"context"
	stdsql "database/sql"
	"embed"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"kept/internal/desk"
)

// Migrations for both engines lie in migrations, those for one engine in migrations/sqlite and
// migrations/postgres; the numbers are one row.
//
//go:embed all:migrations
var embedded embed.FS

// migrate brings the schema up to date, or, with check, refuses one that is not.
func migrate(ctx context.Context, db *stdsql.DB, engine string, files fs.FS, check bool, log *slog.Logger) error {
	dialect := goose.DialectSQLite3
	opts := []goose.ProviderOption{goose.WithSlog(log), goose.WithDisableGlobalRegistry(true)}
	if engine == "postgres" {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, layered{files, engine}, opts...)
	if err != nil {
		return desk.Wrap(desk.Internal, "migrate", err, "The steps that upgrade the database cannot be read.")
	}
	if check {
		pending, err := p.HasPending(ctx)
		if err == nil && pending {
			err = desk.Errorf(desk.Unavailable, "old_schema", "The database is from an older Kept. Run \"kept migrate\" first.")
		}
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return desk.Errorf(desk.Unavailable, "new_schema", "The database is from a newer Kept. Run that version, or restore a backup from before the upgrade.")
	}
	if _, err := p.Up(ctx); err != nil {
		return desk.Wrap(desk.Unavailable, "migrate", err, "The database could not be upgraded. Nothing was lost; the log says why.")
	}
	return nil
}

// layered shows the migrations for both engines and those for one as a single folder, and opens the
// remarks /*sqlite: … */ or /*postgres: … */ for the engine that they name: small differences, such as
// WITHOUT ROWID, need no second file.
type layered struct {
	files  fs.FS
	engine string
}

var remark = regexp.MustCompile(`(?s)/\*(sqlite|postgres):\s*(.*?)\s*\*/`)

func (l layered) Open(name string) (fs.File, error) {
	f, err := l.files.Open(l.engine + "/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = l.files.Open(name)
	}
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	text = remark.ReplaceAllFunc(text, func(m []byte) []byte {
		if part := remark.FindSubmatch(m); string(part[1]) == l.engine {
			return part[2]
		}
		return nil
	})
	return migration{bytes.NewReader(text), info}, nil
}

// migration is the text of one file for one engine.
type migration struct {
	*bytes.Reader
	info fs.FileInfo
}

func (m migration) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m migration) Close() error               { return nil }

func (l layered) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	both, err := fs.ReadDir(l.files, ".")
	if err != nil {
		return nil, err
	}
	own, err := fs.ReadDir(l.files, l.engine)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := slices.DeleteFunc(append(both, own...), fs.DirEntry.IsDir)
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

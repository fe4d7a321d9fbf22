package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is one Go file of the project.
type source struct {
	path string // from the root: internal/app/act.go
	text string
	file *ast.File
	set  *token.FileSet
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	root := filepath.Join("..", "..")
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, text, parser.ParseComments)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			all = append(all, source{path: filepath.ToSlash(name), text: string(text), file: file, set: set})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func (s source) test() bool      { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return strings.HasSuffix(s.path, "_templ.go") }

func (s source) imports(path string) bool {
	return slices.ContainsFunc(s.file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(path) })
}

// calls gives every call of pkg.name in s.
func (s source) calls(f func(pkg, name string, call *ast.CallExpr)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok {
					f(id.Name, sel.Sel.Name, call)
				}
			}
		}
		return true
	})
}

// mayReadTheClock are the places, outside tests and cmd, that read the machine's clock, and why.
var mayReadTheClock = map[string]string{
	"internal/store/instant.go":                 "the one clock of the desk, and how long a statement took",
	"internal/store/storetest/server/server.go": "tests only: waits for a server that gives no signal",
	"internal/store/rawloop/postgres.go":        "benchmarks only: measures a raw loop",
	"internal/store/rawloop/sqlite.go":          "benchmarks only: measures a raw loop",
}

func TestTimeIsAnArgument(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || strings.HasPrefix(s.path, "cmd/") || mayReadTheClock[s.path] != "" {
			continue
		}
		s.calls(func(pkg, name string, call *ast.CallExpr) {
			if pkg == "time" && slices.Contains([]string{"Now", "Since", "Until"}, name) {
				t.Errorf("%s calls time.%s: time is an argument", s.set.Position(call.Pos()), name)
			}
		})
	}
}

func TestNobodySleepsInTests(t *testing.T) {
	for _, s := range sources(t) {
		s.calls(func(pkg, name string, call *ast.CallExpr) {
			if pkg == "time" && name == "Sleep" && s.test() {
				t.Errorf("%s sleeps: wait for a signal", s.set.Position(call.Pos()))
			}
			if (name == "Skip" || name == "SkipNow") && (pkg == "t" || pkg == "b") && len(call.Args) == 0 {
				t.Errorf("%s skips without a reason", s.set.Position(call.Pos()))
			}
		})
	}
}

// Standard output belongs to commands; logs hold no names, numbers, mailboxes or words of persons.
func TestNothingPersonalIsPrinted(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || strings.HasPrefix(s.path, "cmd/") {
			continue
		}
		s.calls(func(pkg, name string, call *ast.CallExpr) {
			if pkg == "fmt" && strings.HasPrefix(name, "Print") || pkg == "log" && s.imports("log") {
				t.Errorf("%s prints: the desk logs with slog", s.set.Position(call.Pos()))
			}
		})
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Debug", "Info", "Warn", "Error", "DebugContext", "InfoContext", "WarnContext", "ErrorContext"}, sel.Sel.Name) {
				return true
			}
			if in, ok := sel.X.(*ast.SelectorExpr); ok && !strings.EqualFold(in.Sel.Name, "log") {
				return true
			}
			for _, arg := range call.Args {
				if field, ok := arg.(*ast.SelectorExpr); ok && slices.Contains([]string{"Phone", "Email", "Body", "Words", "Subject", "Value", "From", "To", "Text", "Caller", "Token"}, field.Sel.Name) {
					t.Errorf("%s logs %s, which may be personal", s.set.Position(arg.Pos()), field.Sel.Name)
				}
			}
			return true
		})
	}
}

// sqlLike are the beginnings of a statement.
var sqlLike = regexp.MustCompile(`^\s*(SELECT\s.+\sFROM\s|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|CREATE (TABLE|INDEX)\s|WITH\s+\w+\s+AS\s)`)

// engineFiles are the files of store that may hold a text for each engine, or none of the house rules,
// and why.
var engineFiles = map[string]string{
	"sqlite.go": "opening, locks", "postgres.go": "opening, measuring", "line.go": "locks of clients", "wire.go": "round trips", "load.go": "COPY",
	"migrate.go": "migrations", "backup.go": "backup",
	"errors.go": "error classes", "search.go": "full text", "statement.go": "registers both texts", "doc.go": "says how",
	"watch.go": "wake-ups and the clock of the server", "promise.go": "FOR UPDATE SKIP LOCKED of a claim", "outbox.go": "FOR UPDATE SKIP LOCKED of a claim",
	"clock.go":   "SQLite gives events that no clock looks at: to leave them out takes it longer",
	"ladder.go":  "SQLite would read each promise to know what stands in an index of theirs",
	"readlog.go": "SQLite has it in the order of pages, PostgreSQL by client",
	"ticket.go":  "SQLite has questions by when they came, PostgreSQL by client",
}

var houseRules = []struct {
	bad *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`\w::\w`), "casts with :: are PostgreSQL only"},
	{regexp.MustCompile(`(?i)\bANY\s*\(\s*\$`), "= ANY($1) is PostgreSQL only"},
	{regexp.MustCompile(`(?i)\bI?LIKE\b`), "LIKE means different things on the two engines"},
	{regexp.MustCompile(`(?i)\bOFFSET\b`), "pages go by key, never by OFFSET"},
	{regexp.MustCompile(`(?i)\bnow\(\)|CURRENT_(TIMESTAMP|DATE|TIME)\b|\bstrftime\(|datetime\(`), "instants come from the desk's clock"},
	{regexp.MustCompile(`(?i)\bRANDOM\(\)`), "the same queries give the same rows"},
}

func TestSQLIsInStoreAndByTheHouseRules(t *testing.T) {
	for _, s := range sources(t) {
		if s.test() || s.generated() {
			continue
		}
		dir, base := filepath.Split(s.path)
		inStore := dir == "internal/store/"
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && inStore && engineFiles[base] == "" {
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "sqlFor" {
					t.Errorf("%s has a text for each engine; only %d named files may", s.set.Position(n.Pos()), len(engineFiles))
				}
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !sqlLike.MatchString(text) {
				return true
			}
			at := s.set.Position(lit.Pos())
			if !inStore {
				// storetest makes databases; rawloop is what the benchmarks compare the store with.
				if !strings.HasPrefix(s.path, "internal/store/storetest/") && !strings.HasPrefix(s.path, "internal/store/rawloop/") {
					t.Errorf("%s holds SQL: all of it is in store", at)
				}
				return true
			}
			if engineFiles[base] != "" && base != "promise.go" && base != "outbox.go" && base != "watch.go" && base != "readlog.go" && base != "ticket.go" {
				return true
			}
			for _, r := range houseRules {
				if r.bad.MatchString(text) {
					t.Errorf("%s: %s", at, r.why)
				}
			}
			if strings.Contains(text, "LIMIT") && !strings.Contains(text, "ORDER BY") && !strings.Contains(strings.ToUpper(text), "COUNT(") {
				t.Errorf("%s has a LIMIT without an ORDER BY", at)
			}
			return true
		})
	}
}

// The project stands alone.
func TestNothingPointsOutside(t *testing.T) {
	outside := []string{"/work/" + "shared", "." + "library"}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "testdata"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".md", ".sql", ".templ", ".css", ".sh", ".mod", ".js", ".yml", ".txt"}, filepath.Ext(path)) && filepath.Ext(path) != "" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || len(text) > 1<<20 {
			return err
		}
		for _, o := range outside {
			if strings.Contains(string(text), o) {
				t.Errorf("%s mentions %s", path, o)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

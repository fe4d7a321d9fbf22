package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list says of a package.
type pkg struct {
	ImportPath, Doc, Name, Dir string
	GoFiles, Imports           []string
	Standard                   bool
}

// short is the path of a package of ours without the module: "store", "cmd/kept".
func (p pkg) short() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, "kept/"), "internal/")
}

func (p pkg) ours() bool { return strings.HasPrefix(p.ImportPath, "kept/") }

func list(t *testing.T, args ...string) (all []pkg) {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Doc,Name,Dir,GoFiles,Imports,Standard"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// ban says what a package never reaches, directly or through others.
type ban struct {
	from, to []string // short names of ours, or import paths; a trailing / is everything below
	why      string
	direct   bool // only its own imports count
}

var (
	pure  = []string{"calendar", "coverage", "sla", "need", "desk", "law", "job", "words", "channel"}
	faces = []string{"web", "web/", "api", "httpd"}
)

var bans = []ban{
	{from: faces, to: []string{"store", "database/sql"}, direct: true, why: "all acts go through app, whoever asks"},
	{from: []string{"app"}, to: []string{"net/http", "web", "api", "httpd", "database/sql"}, direct: true, why: "the desk does not know who asks or how; all SQL is in store"},
	{from: []string{"store"}, to: []string{"app", "web", "api", "httpd", "channel", "channel/", "words", "job"}, why: "store keeps rows and decides nothing"},
	{from: []string{"httpd"}, to: []string{"web", "api"}, why: "what both faces share knows neither"},
	{from: []string{"web", "web/"}, to: []string{"api"}, why: "the two faces know nothing of each other"},
	{from: []string{"api"}, to: []string{"web", "web/"}, why: "the two faces know nothing of each other"},
	{from: pure, to: []string{"net/http", "database/sql", "os/exec", "store", "app", "web", "api", "httpd"}, direct: true, why: "pure packages do no I/O"},
	{from: []string{"calendar"}, to: []string{"coverage", "need", "desk", "job", "words", "channel"}, why: "imports go downwards"},
	{from: []string{"coverage"}, to: []string{"need", "desk", "job", "words", "channel"}, why: "imports go downwards"},
	{from: []string{"need"}, to: []string{"calendar", "coverage", "sla", "desk", "job", "words", "channel"}, why: "need is arithmetic on plain values and knows no noun"},
	{from: []string{"job"}, to: []string{"desk", "calendar", "coverage", "words", "channel"}, why: "job knows no noun"},
	{from: []string{"channel/"}, to: []string{"app", "store", "web", "api", "httpd", "job", "calendar"}, direct: true, why: "an adapter moves one message and gives what comes back to a Sink"},
}

// testOnly are packages that never get into the program.
var testOnly = []string{"testkit", "store/storetest", "store/storetest/server", "store/rawloop", "arch", "crash"}

// bench is the load generator: it starts servers of its own and compares with a raw loop.
const bench = "cmd/keptbench"

func TestImports(t *testing.T) {
	all := map[string]pkg{}
	for _, p := range list(t, "-deps", "./...") {
		all[p.ImportPath] = p
	}
	for _, p := range all {
		if !p.ours() {
			continue
		}
		for _, b := range bans {
			if !matches(b.from, p.short()) {
				continue
			}
			for path, chain := range reach(all, p, b.direct) {
				q := all[path]
				name := path
				if q.ours() {
					name = q.short()
				}
				if name != p.short() && matches(b.to, name) {
					t.Errorf("%s imports %s (%s): %s", p.short(), name, chain, b.why)
				}
			}
		}
		if !slices.Contains(testOnly, p.short()) && p.short() != bench {
			for _, to := range p.Imports {
				if q := all[to]; q.ours() && slices.Contains(testOnly, q.short()) {
					t.Errorf("%s imports %s, which is for tests only", p.short(), q.short())
				}
				if to == "testing" && p.short() != "words" { // words asks testing.Testing: a missing text is a panic in tests only
					t.Errorf("%s imports testing into the program", p.short())
				}
			}
		}
		if strings.HasPrefix(p.ImportPath, "kept/internal/") {
			for _, to := range p.Imports {
				if strings.HasPrefix(to, "kept/cmd/") {
					t.Errorf("%s imports %s: only cmd wires", p.short(), to)
				}
			}
		}
	}
}

// matches reports whether name is in patterns; "web/" stands for everything below web.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		return p == name || strings.HasSuffix(p, "/") && strings.HasPrefix(name, p)
	})
}

// reach gives what p imports, through packages of ours unless direct, with the way there.
func reach(all map[string]pkg, p pkg, direct bool) map[string]string {
	seen := map[string]string{}
	var walk func(p pkg, chain string)
	walk = func(p pkg, chain string) {
		for _, to := range p.Imports {
			if _, ok := seen[to]; ok {
				continue
			}
			seen[to] = chain + " → " + to
			if q := all[to]; q.ours() && !direct {
				walk(q, seen[to])
			}
		}
	}
	walk(p, p.short())
	return seen
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	for _, p := range list(t, "./...") {
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no doc comment", p.short())
		}
		switch p.Name {
		case "util", "utils", "common", "models", "helpers", "service", "services", "manager":
			t.Errorf("%s: a package is named for its noun", p.short())
		}
	}
}

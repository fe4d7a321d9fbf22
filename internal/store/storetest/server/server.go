// Package server starts a throwaway PostgreSQL for tests and gives each test a database of its own.
// It knows nothing of Kept's schema, so that the tests inside package store can use it too; start
// reading at Database. It is never part of the program.
//
// KEPT_TEST_POSTGRES names a running server instead (the URL of a superuser); KEPT_TEST_ENGINES=sqlite
// leaves PostgreSQL out.
package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Wanted reports whether tests run on PostgreSQL too.
func Wanted() bool { return os.Getenv("KEPT_TEST_ENGINES") != "sqlite" }

// Database gives the URL of a new empty database, dropped when the test ends. Its owner is a role
// without special rights, as in earnest. Where tests do not run on PostgreSQL the test is left out.
func Database(t testing.TB) string {
	t.Helper()
	return create(t, "template0")
}

// Temporary is Database for a program that measures: a server of this process's own, gone with it at the
// latest. drop removes the database.
func Temporary() (url string, drop func(), err error) {
	c, err := once()
	if err != nil {
		return "", nil, err
	}
	name := unique("bench")
	if err := c.run("CREATE DATABASE " + name + " OWNER kept TEMPLATE template0"); err != nil {
		return "", nil, err
	}
	// What cannot be dropped goes with the server.
	return c.url(name, "kept"), func() { _ = c.run("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)") }, nil
}

// Lasting is Database for a program that measures, in a server whose files stay in dir: the database of
// this name is found again there, and made when it is not. The server ends with this process.
func Lasting(dir, name string) (url string, made bool, err error) {
	c, err := lasting(dir)
	if err != nil {
		return "", false, err
	}
	err = c.run("CREATE DATABASE " + name + " OWNER kept TEMPLATE template0")
	if err != nil && !strings.Contains(err.Error(), "42P04") { // it is there already
		return "", false, err
	}
	return c.url(name, "kept"), err == nil, nil
}

var lasting = func() func(string) (*cluster, error) {
	var mu sync.Mutex
	open := map[string]*cluster{}
	return func(dir string) (*cluster, error) {
		mu.Lock()
		defer mu.Unlock()
		if c := open[dir]; c != nil {
			return c, nil
		}
		alive, err := boot(dir, stays)
		if err != nil {
			return nil, err
		}
		c, err := connect("postgres://postgres@/postgres?host="+url.QueryEscape(dir), alive)
		if err == nil {
			open[dir] = c
		}
		return c, err
	}
}()

// Clone gives the URL of a copy of a database that fill has filled once for this process under the
// name. A copy takes some 30 ms.
func Clone(t testing.TB, name string, fill func(url string) error) string {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	tmpl, ok := templates.made[name]
	if !ok {
		super := start(t)
		tmpl = unique("tmpl")
		if err := super.run("CREATE DATABASE " + tmpl + " OWNER kept TEMPLATE template0"); err != nil {
			t.Fatal(err)
		}
		if err := fill(super.url(tmpl, "kept")); err != nil {
			t.Fatal(err)
		}
		templates.made[name] = tmpl
	}
	return create(t, tmpl)
}

var templates = struct {
	sync.Mutex
	made map[string]string
}{made: map[string]string{}}

func create(t testing.TB, template string) string {
	t.Helper()
	c := start(t)
	name := unique("test")
	if err := c.run("CREATE DATABASE " + name + " OWNER kept TEMPLATE " + template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.run("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return c.url(name, "kept")
}

// Away takes the database at addr away, as if its server had stopped: whoever is connected is cut off, and nobody gets in until
// back is called.
func Away(t testing.TB, addr string) (back func()) {
	return change(t, addr, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")
}

// ReadOnly cuts off whoever is connected to the database at addr. Whoever connects until back is called can write nothing by
// that connection, ever.
func ReadOnly(t testing.TB, addr string) (back func()) {
	return change(t, addr, "SET default_transaction_read_only = on", "RESET default_transaction_read_only")
}

func change(t testing.TB, addr, to, from string) (back func()) {
	t.Helper()
	c := start(t)
	u, err := url.Parse(addr)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	run := func(sql string) {
		t.Helper()
		if err := c.run(sql); err != nil {
			t.Fatal(err)
		}
	}
	run("ALTER DATABASE " + name + " " + to)
	run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'")
	return func() { t.Helper(); run("ALTER DATABASE " + name + " " + from) }
}

func unique(prefix string) string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return "kept_" + prefix + "_" + hex.EncodeToString(b[:])
}

// cluster is a server that we may create databases in.
type cluster struct {
	super *url.URL
	mu    sync.Mutex
	conn  *pgx.Conn
	alive io.Closer // the server ends when this end of its pipe closes: with our process at the latest
}

func (c *cluster) url(db, user string) string {
	u := *c.super
	u.Path = "/" + db
	u.User = url.User(user)
	return u.String()
}

// run is one statement at a time: two copies of one template at once are refused.
func (c *cluster) run(sql string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.conn.Exec(context.Background(), sql, pgx.QueryExecModeSimpleProtocol)
	return err
}

var once = sync.OnceValues(open)

func start(t testing.TB) *cluster {
	t.Helper()
	if !Wanted() {
		t.Skip("KEPT_TEST_ENGINES leaves PostgreSQL out")
	}
	c, err := once()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v\nInstall it with: apt-get install postgresql\nor run with KEPT_TEST_ENGINES=sqlite", err)
	}
	return c
}

func open() (*cluster, error) {
	if addr := os.Getenv("KEPT_TEST_POSTGRES"); addr != "" {
		return connect(addr, nil)
	}
	dir, err := os.MkdirTemp("", "kept-pg-")
	if err != nil {
		return nil, err
	}
	alive, err := boot(dir, passes)
	if err != nil {
		return nil, err
	}
	return connect("postgres://postgres@/postgres?host="+url.QueryEscape(dir), alive)
}

func connect(addr string, alive io.Closer) (*cluster, error) {
	c := &cluster{alive: alive}
	var err error
	if c.super, err = url.Parse(addr); err != nil {
		return nil, errors.New("KEPT_TEST_POSTGRES is not a URL")
	}
	stop := time.Now().Add(30 * time.Second)
	for {
		if c.conn, err = pgx.Connect(context.Background(), addr); err == nil {
			break
		}
		if c.alive == nil || time.Now().After(stop) {
			return nil, err
		}
		<-time.After(20 * time.Millisecond) // a starting server gives no other signal
	}
	err = c.run("CREATE ROLE kept LOGIN")
	if err != nil && !strings.Contains(err.Error(), "42710") { // it is there already
		return nil, err
	}
	return c, nil
}

// These run the server until standard input ends, however our process dies: one cleans up, the other
// has room for a large desk and keeps its files.
const (
	watch  = `"$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=300 `
	passes = watch + `-c shared_buffers=128MB -c max_wal_size=1GB >"$1/log" 2>&1 & read x; kill -QUIT $!; wait; rm -rf "$1"`
	// The server of the run before may still be ending.
	ended = `i=0; while [ $i -lt 100 ] && read p 2>/dev/null <"$1/data/postmaster.pid" && kill -0 "$p" 2>/dev/null; do i=$((i+1)); sleep 0.1; done; `
	stays = ended + watch + `-c shared_buffers=512MB -c max_wal_size=4GB >"$1/log" 2>&1 & read x; kill -INT $!; wait`
)

// boot starts a server in dir. What is there is used again.
func boot(dir, how string) (alive io.Closer, err error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	as, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "PG_VERSION")); err != nil {
		initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
			"-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
		initdb.SysProcAttr, initdb.Dir = as, dir
		if out, err := initdb.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w\n%s", err, out)
		}
	}
	server := exec.Command("/bin/sh", "-c", how, "sh", dir, bin)
	server.SysProcAttr, server.Dir = as, "/"
	in, err := server.StdinPipe()
	if err != nil {
		return nil, err
	}
	folder.Store(dir)
	return in, server.Start()
}

// binaries finds the folder with initdb and postgres in it.
func binaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			found = append(found, p)
		}
	}
	for i := len(found) - 1; i >= 0; i-- {
		dir := filepath.Dir(found[i])
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("initdb is not on this machine")
}

// unprivileged says as whom to run the server, which refuses root, and gives that user the folder.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	// A process group of its own: a Ctrl-C at the tests must reach the pipe first.
	as := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return as, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(who.Uid)
	gid, _ := strconv.Atoi(who.Gid)
	as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return as, os.Chown(dir, uid, gid)
}

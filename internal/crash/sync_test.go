package crash

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kept/internal/store"
	"kept/internal/store/storetest/server"
)

// A kill proves nothing about a power cut: the kernel keeps what was written. So the calls are watched
// that make the disk keep it.

// On SQLite the log is synced after its last write and before the answer goes out.
func TestTheDiskHasItBeforeTheAnswerOnSQLite(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not on this machine; apt-get install strace")
	}
	if out, err := exec.Command("strace", "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v %s", err, out)
	}
	b := newBench(t, store.Options{DataDir: t.TempDir()})
	calls := filepath.Join(t.TempDir(), "calls")
	// -D keeps the server our child, so that killing it kills it and not its tracer.
	b.quiet = true
	p := b.start(t, "strace", "-D", "-f", "-y", "-s", "300", "-e", "trace=pwrite64,write,fdatasync,fsync", "-o", calls)
	for range 5 {
		if !b.send(t.Context(), http.DefaultClient, p.base, b.next()) {
			t.Fatal("not acknowledged")
		}
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "killed"
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	answers, dirty, synced := 0, false, false
	begun := map[string]bool{} // threads in the middle of a sync of the log
	for line := range strings.Lines(string(text)) {
		thread, _, _ := strings.Cut(line, " ")
		wal := strings.Contains(line, "kept.db-wal>")
		switch {
		case wal && strings.Contains(line, "pwrite64("):
			dirty, synced = true, false
		case wal && strings.Contains(line, "sync(") && strings.Contains(line, "<unfinished"):
			begun[thread] = true
		case wal && strings.Contains(line, "sync("), begun[thread] && strings.Contains(line, "sync resumed>"):
			synced = true
			delete(begun, thread)
		case strings.Contains(line, "HTTP/1.1 201"):
			answers++
			if !dirty || !synced {
				t.Errorf("answer %d went out before the log was synced (written %v, synced %v)", answers, dirty, synced)
			}
			dirty, synced = false, false
		}
	}
	if answers != 5 {
		t.Fatalf("%d answers of 5 were seen in %d bytes of calls", answers, len(text))
	}
}

// On PostgreSQL the server says how far its log is on disk.
func TestTheDiskHasItBeforeTheAnswerOnPostgreSQL(t *testing.T) {
	b := newBench(t, store.Options{DatabaseURL: server.Database(t)})
	conn, err := pgx.Connect(t.Context(), b.place.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	ask := func(q string) (answer string) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), q).Scan(&answer); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		if on := ask("SHOW " + setting); !slices.Contains([]string{"on", "remote_write", "remote_apply", "local"}, on) {
			t.Errorf("%s is %s", setting, on)
		}
	}
	p := b.start(t)
	for range 5 {
		before := ask("SELECT pg_current_wal_insert_lsn()::text")
		if !b.send(t.Context(), http.DefaultClient, p.base, b.next()) {
			t.Fatal("not acknowledged")
		}
		if ask("SELECT (pg_current_wal_flush_lsn() > '"+before+"'::pg_lsn)::text") != "true" {
			t.Error("the answer went out before the log was on disk")
		}
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "killed"
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kept/internal/app"
	"kept/internal/channel/email"
	"kept/internal/channel/sms"
	"kept/internal/channel/voice"
	"kept/internal/demo"
	"kept/internal/desk"
	"kept/internal/store"
)

// demoRun opens a desk with invented people. It sends nothing anywhere: texts, mails and calls land on
// telephones that one of its pages shows.
type demoRun struct {
	Fresh   bool   `help:"Start over with new data."`
	Seed    uint64 `default:"1" placeholder:"N" help:"The same number makes the same data (${default})."`
	Tickets int    `placeholder:"N" help:"How many questions to make (2500); a million takes minutes."`
	NoServe bool   `help:"Make the data and stop."`
}

const (
	demoFolder = "kept-demo"
	demoFile   = "demo.json"
	demoBegun  = "demo.begun" // there while data are made: what is left of it is not a whole demo
)

func (d *demoRun) Run(ctx context.Context, s *settings, t terminal) error {
	s.Data = cmp.Or(s.Data, demoFolder)
	if s.LogLevel == "info" {
		s.LogLevel = "warn" // what a visitor must read stands alone on the screen
	}
	n := &node{settings: s, log: s.logger(t.err), demo: true}
	if d.NoServe {
		if err := d.prepare(ctx, s); err != nil {
			return err
		}
		db, err := store.Open(ctx, s.store(n.log))
		if err != nil {
			return err
		}
		_, err = d.data(ctx, s, t, db)
		return errors.Join(err, db.Close())
	}
	host, _, err := net.SplitHostPort(s.Addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return desk.Errorf(desk.Invalid, "demo.addr", "The demo has well-known passwords, so it listens on this machine only. Give it an address like 127.0.0.1:8080 with --addr.")
	}
	ln, err := listen(s.Addr, "--addr, for example: go run ./cmd/kept demo --addr 127.0.0.1:8090")
	if err != nil {
		return err
	}
	s.Addr = ln.Addr().String()
	t.say("Kept opens a demo desk on http://%s …", s.Addr)
	if err := d.prepare(ctx, s); err != nil {
		ln.Close()
		return err
	}
	n.links = "http://" + s.Addr + "/{slug}"
	provider, box, calls := sms.NewFake(clock, nil, true), email.NewBox(clock), voice.NewFake(clock)
	calls.ByHand(ringsFor)
	shown := phones{provider, box, calls, &phoneNames{known: map[string]string{}}}
	n.sms, n.mail, n.voice, n.phones = provider, box, calls, shown
	var made demo.Result
	var opened *app.App
	n.beside = func(ctx context.Context) {
		var both sync.WaitGroup
		both.Go(func() { shown.ring(ctx, n.log) })
		both.Go(func() { callers(ctx, opened, d.Seed, n.log) })
		both.Wait()
	}
	n.fill = func(ctx context.Context, db *store.DB, a *app.App) (err error) {
		opened, shown.names.app = a, a
		provider.SetSink(newcomer{a, clock()})
		calls.SetSink(a)
		made, err = d.data(ctx, s, t, db)
		return err
	}
	n.opened = func() { d.welcome(s, t, made) }
	return n.run(ctx, ln)
}

// prepare makes the folder ready: with --fresh, or after a start that was cut off, it removes the
// demo in it. It never removes a desk that is no demo.
func (d *demoRun) prepare(ctx context.Context, s *settings) error {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be made.")
	}
	begun, whole := there(s.Data, demoBegun), there(s.Data, demoFile)
	if !begun && !(d.Fresh && whole) || s.DatabaseURL != "" {
		return nil
	}
	if conn, err := dialSocket(ctx, s.Data); err == nil {
		conn.Close()
		return desk.Errorf(desk.Conflict, "demo.open", "A demo is open on the folder %s. Stop it first.", s.Data)
	}
	for _, name := range []string{demoFile, "kept.db", "kept.db-wal", "kept.db-shm", "reads.db", "reads.db-wal", "reads.db-shm", socketName, demoBegun} {
		if err := os.Remove(filepath.Join(s.Data, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return desk.Wrap(desk.Unavailable, "folder", err, "The old demo cannot be removed.")
		}
	}
	return nil
}

func there(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}

// data gives the demo that is in the database, or makes one, and writes demo.json anew, because the
// address may be another one.
func (d *demoRun) data(ctx context.Context, s *settings, t terminal, db *store.DB) (made demo.Result, err error) {
	file := filepath.Join(s.Data, demoFile)
	if there(s.Data, demoFile) {
		if made, err = readDemo(file); err != nil {
			return made, desk.Wrap(desk.Invalid, "demo.file", err, "The file "+file+" cannot be read. Start over with --fresh.")
		}
	} else {
		if made, err = d.make(ctx, s, t, db); err != nil {
			return made, err
		}
	}
	if err := demo.WriteJSON(file, made, d.addresses(s, made)); err != nil {
		return made, desk.Wrap(desk.Unavailable, "demo.file", err, "The file "+file+" cannot be written.")
	}
	// Gone already when the demo was there.
	_ = os.Remove(filepath.Join(s.Data, demoBegun))
	return made, nil
}

// make fills an empty database. The mark that a demo has begun is set only there: prepare may remove
// what stands beside it.
func (d *demoRun) make(ctx context.Context, s *settings, t terminal, db *store.DB) (made demo.Result, err error) {
	err = db.DeskRead(ctx, operator, func(tx *store.DeskReadTx) error {
		clients, err := tx.Clients()
		if err != nil {
			return err
		}
		staff, err := tx.AllStaff()
		if err == nil && len(clients)+len(staff) > 0 {
			err = desk.Errorf(desk.Conflict, "demo.exists", "There is a desk on %s that is no demo. Give the demo a folder of its own with --data.", s.Data)
		}
		return err
	})
	if err != nil {
		return made, err
	}
	if err := os.WriteFile(filepath.Join(s.Data, demoBegun), nil, 0o600); err != nil {
		return made, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be written to.")
	}
	began := clock()
	made, err = demo.Seed(ctx, db, demo.Options{
		Seed: d.Seed, Now: began, Tickets: d.Tickets, Progress: func(line string) { t.say("  %s", line) },
	})
	if err == nil {
		t.say("  Ready after %s.", clock().Sub(began).Round(100*time.Millisecond))
	}
	return made, err
}

func (d *demoRun) addresses(s *settings, made demo.Result) map[string]string {
	at := "http://" + s.Addr
	all := map[string]string{
		"home": at + "/", "desk": at + "/desk", "sign_in": at + "/sign-in", "board": at + "/promises",
		"phones": at + "/demo/phone", "api": at + "/api/v1", "metrics": at + "/metrics",
	}
	for _, c := range made.Clients {
		all[c.Slug] = at + "/" + c.Slug
	}
	return all
}

// readDemo reads back what demo.WriteJSON wrote.
func readDemo(path string) (made demo.Result, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return made, err
	}
	var f struct {
		Password string        `json:"password"`
		SignIns  []demo.SignIn `json:"sign_ins"`
		Tokens   []demo.Token  `json:"tokens"`
		Clients  []desk.Client `json:"clients"`
		Tickets  int           `json:"tickets"`
		Open     int           `json:"open"`
	}
	err = json.Unmarshal(text, &f)
	return demo.Result{Password: f.Password, SignIns: f.SignIns, Tokens: f.Tokens, Clients: f.Clients, Tickets: f.Tickets, Open: f.Open}, err
}

// welcome tells a visitor where to look.
func (d *demoRun) welcome(s *settings, t terminal, made demo.Result) {
	at := "http://" + s.Addr
	t.say("")
	t.say("The desk is open: %d questions, %d of them open. Everybody in it is invented.", made.Tickets, made.Open)
	t.say("")
	t.say("Ask as a patient:")
	for _, c := range made.Clients {
		t.say("  %-28s %s/%s", c.Name, at, c.Slug)
	}
	t.say("")
	t.say("Work the desk:                 %s/sign-in", at)
	said := map[desk.Role]bool{}
	for _, one := range made.SignIns {
		if !said[one.Role] {
			said[one.Role] = true
			t.say("  %-28s %s   password: %s", one.Name+" ("+string(one.Role)+")", one.Login, one.Password)
		}
	}
	t.say("")
	t.say("Texts, mails and calls:        %s/demo/phone", at)
	t.say("API, with tokens in demo.json:   %s/api/v1/openapi.json", at)
	t.say("All sign-ins and tokens:         %s", filepath.Join(s.Data, demoFile))
	t.say("")
	t.say("Stop with Ctrl-C. The data stay in %s; --fresh starts over.", s.Data)
}

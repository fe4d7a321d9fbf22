package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"kept/internal/desk"
)

var mercy = []string{"client", "add", "--slug", "mercy", "--name", "Mercy Health", "--host", "mercy.example", "--zone", "America/Chicago", "--phone", "800-555-0143"}

func on(folder string, args ...string) []string { return append([]string{"--data", folder}, args...) }

func TestHelpHelps(t *testing.T) {
	t.Parallel()
	secrets := []string{"KEPT_SMTP_PASSWORD=hunter2", "KEPT_SMS_TOKEN=hunter2", "KEPT_SMS_SECRET=hunter2", "KEPT_VOICE_TOKEN=hunter2", "KEPT_VOICE_SECRET=hunter2", "KEPT_DATABASE_URL=postgres://kept:hunter2@db/kept"}
	for command, texts := range map[string][]string{
		"":                 {"keeps its promises", "serve", "demo", "migrate", "user add", "client add", "token add", "backup", "restore", "release-messages", "version", "KEPT_ADDR", "KEPT_DATA"},
		"serve":            {"--smtp-host", "KEPT_SMTP_PASSWORD", "--sms-url", "--voice-url", "--trust-proxy", "--secure-cookies", "--tls-cert", "https://{host}"},
		"demo":             {"--fresh", "--seed", "--tickets", "--no-serve"},
		"migrate":          {"up to date"},
		"user add":         {"--login", "--role", "--skill", "--new-skill", "--password-file"},
		"client add":       {"--slug", "--zone", "--phone"},
		"token add":        {"--client", "--desk"},
		"shift add":        {"--login", "--zone", "--weekdays", "--seats"},
		"backup":           {"<file>"},
		"restore":          {"<file>"},
		"release-messages": {"After a restore"},
		"explain":          {"<number>"},
		"agreement import": {"<client>", "<file>", "--over"},
		"agreement export": {"<client>", "--plain"},
		"version":          {"which version"},
	} {
		s := keptIn(t, secrets, append(strings.Fields(command), "--help")...).works(t, texts...)
		if strings.Contains(s.out+s.err, "hunter2") {
			t.Errorf("the help of %q shows a secret", command)
		}
	}
	kept(t).works(t, "Usage: kept")
	kept(t, "server").refuses(t, "serve")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	kept(t, "version").works(t, "kept development (go1.")
}

func TestCommandsWithoutAnOpenDesk(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new")
	kept(t, on(folder, "migrate")...).works(t, "The database (sqlite) is up to date.")
	kept(t, on(folder, mercy...)...).works(t, "Added Mercy Health.", "mercy.example")
	kept(t, on(folder, mercy...)...).refuses(t, "Another client has this short name")
	kept(t, on(folder, "user", "add", "--login", "ana@desk.example", "--name", "Ana Ruiz", "--role", "supervisor")...).
		works(t, "Added Ana Ruiz, who signs in as ana@desk.example (supervisor).", "Serves Mercy Health.", "Password: ")
	kept(t, on(folder, "user", "add", "--login", "ana@desk.example", "--name", "Ana Ruiz")...).refuses(t, "Somebody has this login already.")
	kept(t, on(folder, "user", "add", "--login", "bo@desk.example", "--name", "Bo", "--client", "nowhere")...).refuses(t, `no hospital with the short name "nowhere"`)
	kept(t, on(folder, "user", "add", "--login", "not a mail", "--name", "Bo")...).refuses(t, "login: Enter an email address")
	bo := []string{"user", "add", "--login", "bo@desk.example", "--name", "Bo"}
	kept(t, on(folder, append(bo, "--skill", "PORTAL")...)...).refuses(t, `skill: The desk knows no skill "PORTAL". If it is new to the desk, say so: --new-skill PORTAL.`)
	kept(t, on(folder, append(bo, "--new-skill", "por tal")...)...).refuses(t, `new-skill: "POR TAL" is no code of a skill`)
	kept(t, on(folder, append(bo, "--new-skill", "portal", "--new-skill", "LAB")...)...).works(t, "Added Bo")
	cy := []string{"user", "add", "--login", "cy@desk.example", "--name", "Cy"}
	kept(t, on(folder, append(cy, "--skill", "PROTAL")...)...).refuses(t, `The desk knows no skill "PROTAL". It knows LAB, PORTAL.`)
	kept(t, on(folder, append(cy, "--skill", "portal")...)...).works(t, "Added Cy")
	nights := []string{"shift", "add", "--login", "ana@desk.example", "--on", "2030-03-08", "--from", "22:00", "--to", "06:00", "--zone", "America/Chicago"}
	kept(t, on(folder, append(nights, "--days", "7", "--weekdays", "mon", "--weekdays", "sat")...)...).works(t, "Added 2 shifts for Ana Ruiz", "Saturday, March 9, 22:00")
	kept(t, on(folder, append(nights, "--days", "3")...)...).refuses(t, "has a shift then already")
	kept(t, on(folder, append(nights, "--weekdays", "moon")...)...).refuses(t, "mon, tue, wed")
	file := filepath.Join(t.TempDir(), "rotas.json")
	rotas := func(people string) []string {
		text := `[{"name": "Nights on call", "on_call": true, "layers": [{"people": ["` + people + `"], "every": "week", "zone": "America/Chicago", "at": "09:00", "start": "2026-11-02", "hours": "mon-sun 18:00-08:00"}]}]`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"rota", "import", file}
	}
	kept(t, on(folder, rotas("nobody@desk.example")...)...).refuses(t, "Nights on call: nobody signs in as nobody@desk.example.")
	kept(t, on(folder, rotas("ana@desk.example")...)...).works(t, "Rotas in force now from this file: 1.")
	kept(t, on(folder, rotas("ana@desk.example")...)...).works(t, "Rotas in force now from this file: 1.")
	kept(t, on(folder, "token", "add", "--name", "portal", "--client", "mercy")...).works(t, "kept_", "shown this once")
	kept(t, on(folder, "token", "add", "--name", "portal")...).refuses(t, "--client", "--desk")
	kept(t, on(folder, "token", "end", "--name", "portal")...).works(t, "Ended: 1.")
	kept(t, on(folder, "token", "end", "--name", "portal")...).refuses(t, `No token named "portal" is in use.`)
	kept(t, on(folder, "user", "end", "--login", "ana@desk.example", "--client", "mercy")...).works(t, "Ana Ruiz no longer serves mercy.")
	kept(t, on(folder, "user", "end", "--login", "ana@desk.example", "--client", "mercy")...).refuses(t, "does not serve that hospital")
	kept(t, on(folder, "user", "add", "--login", "lee@mercy.example", "--name", "Lee", "--role", "leader", "--client", "mercy")...).works(t, "Added Lee")
	kept(t, on(folder, "user", "end", "--login", "lee@mercy.example", "--client", "mercy")...).refuses(t, "End the account as a whole")
	kept(t, on(folder, "user", "end", "--login", "ana@desk.example")...).works(t, "Ana Ruiz is signed out everywhere", "It puts no promise at risk.")
	kept(t, on(folder, "user", "end", "--login", "ana@desk.example")...).refuses(t, "Nobody signs in as")
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder is open to others: %v, %v", info.Mode(), err)
	}
}

func TestPasswordsComeFromFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "password")
	if err := os.WriteFile(file, []byte("correct horse battery\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := kept(t, on(folder, "user", "add", "--login", "ana@desk.example", "--name", "Ana", "--password-file", file)...).works(t, "Added Ana")
	if strings.Contains(s.out, "assword") {
		t.Errorf("prints a password that was given:\n%s", s.out)
	}
	kept(t, on(folder, "user", "add", "--login", "bo@desk.example", "--name", "Bo", "--password-file", file+"x")...).refuses(t, "cannot be read")
}

func TestCommandsReachTheOpenDesk(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), strings.Repeat("a-long-name-", 12)) // longer than the path of a socket may be
	d := start(t, nil, on(folder, "serve")...).opens()
	info, err := os.Stat(filepath.Join(folder, socketName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the socket is open to others: %v, %v", info, err)
	}
	kept(t, on(folder, mercy...)...).works(t, "Added Mercy Health.")
	kept(t, on(folder, mercy...)...).refuses(t, "Another client has this short name")
	kept(t, on(folder, "user", "add", "--login", "x", "--name", "Ana")...).refuses(t, "login: Enter an email address")
	kept(t, on(folder, "user", "add", "--login", "ana@desk.example", "--name", "Ana")...).works(t, "Serves Mercy Health.", "Password: ")
	token := strings.Fields(kept(t, on(folder, "token", "add", "--name", "reports", "--desk")...).works(t).out)[0]
	if status, body := d.ask("GET", "/api/v1/clients", nil, map[string][]string{"Authorization": {"Bearer " + token}}); status != 200 || !strings.Contains(body, "Mercy Health") {
		t.Errorf("the new token gives %d %s", status, body)
	}
	kept(t, on(folder, "release-messages")...).works(t, "Messages were not held.")
	kept(t, on(folder, "migrate")...).refuses(t, "Another Kept is already running on this folder (pid ")
	kept(t, on(folder, "--addr", "127.0.0.1:0", "serve")...).refuses(t, "Another Kept is already running on this folder (pid ")

	if code := d.stops(syscall.SIGTERM); code != 0 {
		t.Errorf("the desk ends with %d", code)
	}
	if _, err := os.Lstat(filepath.Join(folder, socketName)); err == nil {
		t.Error("the socket is left behind")
	}
	kept(t, on(folder, "user", "add", "--login", "ana@desk.example", "--name", "Ana")...).refuses(t, "Somebody has this login already.")
}

func TestSocketOfADeadDeskIsInNobodysWay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	start(t, nil, on(folder, "serve")...).opens().stops(syscall.SIGKILL)
	if _, err := os.Lstat(filepath.Join(folder, socketName)); err != nil {
		t.Fatal("the test needs the socket of a dead desk:", err)
	}
	kept(t, on(folder, mercy...)...).works(t, "Added Mercy Health.")
	start(t, nil, on(folder, "serve")...).opens()
	kept(t, on(folder, "token", "add", "--name", "portal", "--client", "mercy")...).works(t, "kept_")
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from, to, file := filepath.Join(dir, "from"), filepath.Join(dir, "to"), filepath.Join(dir, "copy")
	// A mistyped folder is no new desk that could be backed up.
	for _, order := range [][]string{{"backup", file}, {"verify"}, {"explain", "K7M-4QX"}, {"token", "add", "--name", "portal", "--client", "mercy"}} {
		kept(t, on(filepath.Join(dir, "mistyped"), order...)...).refuses(t, "There is no desk in")
	}
	if _, err := os.Lstat(filepath.Join(dir, "mistyped")); err == nil {
		t.Error("the mistyped folder was made")
	}
	d := start(t, nil, on(from, "serve")...).opens()
	kept(t, on(from, mercy...)...).works(t)
	kept(t, on(from, "backup", file)...).works(t, "Wrote "+file)
	kept(t, on(from, "backup", file)...).refuses(t, "There is already a file of that name.")
	cut := filepath.Join(t.TempDir(), "cut")
	if err := os.WriteFile(cut+".part", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	kept(t, on(from, "backup", cut)...).refuses(t, "was cut off", cut+".part")
	kept(t, on(from, "restore", file)...).refuses(t, "is open. Stop it")
	d.stops(syscall.SIGTERM)
	kept(t, on(from, "restore", file)...).refuses(t, "There is a desk here already.")
	kept(t, on(to, "restore", file+"x")...).refuses(t, "There is no such backup file.")
	kept(t, on(to, "restore", file)...).works(t, "is back", "kept release-messages")
	kept(t, on(to, mercy...)...).refuses(t, "Another client has this short name")

	start(t, nil, on(to, "serve")...).opens()
	kept(t, on(to, "release-messages")...).works(t, "Messages go out again; 0 wait")
	kept(t, on(to, "release-messages")...).works(t, "Messages were not held.")
}

func TestAgreementsByCommand(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	start(t, nil, on(folder, "serve")...).opens()
	kept(t, on(folder, mercy...)...).works(t)
	usual := kept(t, on(folder, "agreement", "export", "mercy")...).works(t, "metric: first_response", "America/Chicago; mon-fri 08:00-17:00; us-federal closed").out
	kept(t, on(folder, "agreement", "export", "mercy", "--plain")...).works(t, "Only you can say that it is fixed.")
	kept(t, on(folder, "agreement", "export", "nowhere")...).refuses(t, `no hospital with the short name "nowhere"`)
	file := filepath.Join(folder, "terms.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	begin := strings.Replace(usual, "from: \"1970-01-01T00:00:00Z\"", "from: \"2030-01-01T06:00:00Z\"", 1)
	write(strings.Replace(begin, "goal: 95", "goal: 950", 1))
	kept(t, on(folder, "agreement", "import", "mercy", "/dev/zero")...).refuses(t, "larger than 4 MB")
	kept(t, on(folder, "agreement", "import", "mercy", file)...).refuses(t, "line ", "targets[2].goal: a goal lies above 0")
	write(begin)
	kept(t, on(folder, "agreement", "import", "mercy", file)...).works(t, "Version 2 of the agreement of Mercy Health is a draft, to begin 2030-01-01 06:00 UTC.")
	kept(t, on(folder, "agreement", "import", "mercy", file)...).refuses(t, "command works on version 2", "--over")
	kept(t, on(folder, "agreement", "import", "mercy", file, "--over")...).works(t, "Version 2")
	if again := kept(t, on(folder, "agreement", "export", "mercy", "--version", "2")...).works(t).out; again != begin {
		t.Errorf("it comes back as %s", again)
	}
	kept(t, on(folder, "explain", string(desk.NewRef(rand.Reader, desk.RefLength)))...).refuses(t, "no question with the number")
	kept(t, on(folder, "explain", "?")...).refuses(t)
}

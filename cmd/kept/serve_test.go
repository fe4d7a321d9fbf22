package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel/sms"
	"kept/internal/desk"
	"kept/internal/job"
	"kept/internal/store"
)

func TestDeskOpensAndCloses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept(t, on(folder, mercy...)...).works(t)
	began := time.Now()
	d := start(t, nil, on(folder, "serve")...)
	if status, body := d.get("/healthz"); status != 200 || body != "alive\n" {
		t.Errorf("/healthz gives %d %s", status, body)
	}
	d.opens()
	t.Log("open after", time.Since(began))
	if status, body := d.get("/readyz"); status != 200 || body != "ready\n" {
		t.Errorf("/readyz gives %d %s", status, body)
	}
	if status, _ := d.get("/sign-in"); status != 200 {
		t.Errorf("/sign-in gives %d", status)
	}
	if status, _ := d.get("/demo/phone"); status != 404 {
		t.Errorf("the demo's telephones in earnest give %d", status)
	}
	if status, _ := d.ask("POST", statusHook, nil, nil); status == 403 || status == 204 {
		t.Errorf("a hook without a secret gives %d", status)
	}
	_, figures := d.get("/metrics")
	for _, name := range []string{"kept_build_info{", `kept_http_request_duration_seconds_count{route="GET /sign-in",status="200"} 1`, "kept_sweeper_lag_seconds 0",
		"kept_sweeper_alarm 0", "kept_outbox_waiting 0", "kept_phone_news_seconds 0", `kept_jobs_done_total{loop="sweeper"}`, `kept_jobs_failed_total{loop="sender"} 0`,
		"kept_promises_broken_total 0", "kept_promise_told_seconds_count 0", "kept_live_listeners 0"} {
		if !strings.Contains(figures, name) {
			t.Errorf("/metrics lacks %s", name)
		}
	}
	if code := d.stops(syscall.SIGINT); code != 0 {
		t.Errorf("ends with %d", code)
	}
}

func TestAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	d := start(t, nil, on(t.TempDir(), "serve")...).opens()
	kept(t, on(t.TempDir(), "--addr", d.addr, "serve")...).refuses(t, "Something else listens on "+d.addr+" already.", "--addr")
	kept(t, on(t.TempDir(), "--addr", "nonsense", "serve")...).refuses(t, "An address looks like 127.0.0.1:8080")
	kept(t, on(t.TempDir(), "--addr", "0.0.0.0:0", "demo")...).refuses(t, "listens on this machine only")
}

func TestSettingsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for text, args := range map[string][]string{
		"--tls-cert and --tls-key belong together": {"serve", "--tls-cert", "x"},
		"--base-url must look like":                {"serve", "--base-url", "nowhere"},
		"--sms-status must end in":                 {"serve", "--sms-url", "http://sms.example", "--sms-status", "http://desk.example/x"},
		"--voice-status must end in":               {"serve", "--voice-url", "http://voice.example", "--voice-status", "http://desk.example/x"},
		"must be one of":                           {"serve", "--smtp-tls", "maybe"},
		"cannot be understood":                     {"--database-url", "postgres://%zz", "migrate"},
	} {
		kept(t, args...).refuses(t, text)
	}
	s := kept(t, "--database-url", "postgres://kept:hunter2@127.0.0.1:1/kept?connect_timeout=2", "migrate").refuses(t, "The database cannot be reached")
	if strings.Contains(s.err, "hunter2") {
		t.Error("the password of the database is printed")
	}
}

func TestDatabaseThatCannotBeReached(t *testing.T) {
	t.Parallel()
	d := start(t, []string{"KEPT_DATABASE_URL=postgres://kept:hunter2@127.0.0.1:1/kept"}, "serve")
	d.hears("the database cannot be reached; trying again")
	if status, _ := d.get("/healthz"); status != 200 {
		t.Errorf("/healthz gives %d", status)
	}
	for _, path := range []string{"/readyz", "/", "/api/v1/clients"} {
		if status, body := d.get(path); status != 503 || !strings.Contains(body, "The database cannot be reached now.") {
			t.Errorf("%s gives %d %s", path, status, body)
		}
	}
	if code := d.stops(syscall.SIGTERM); code != 0 {
		t.Errorf("ends with %d", code)
	}
	for _, line := range d.seen {
		if strings.Contains(line, "hunter2") {
			t.Error("the password is logged")
		}
	}
}

func TestTextProvidersCallsAreSigned(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept(t, on(folder, mercy...)...).works(t)
	d := start(t, []string{"KEPT_SMS_SECRET=shared", "KEPT_SMS_TOKEN=token"},
		on(folder, "serve", "--sms-url", "http://127.0.0.1:1/", "--sms-status", "https://desk.example"+statusHook)...).opens()
	form := url.Values{"MessageSid": {"SM1"}, "From": {"+12175550199"}, "To": {"+18005550143"}, "Body": {"HELP"}}
	post := func(secret string) int {
		status, _ := d.ask("POST", inHook, strings.NewReader(form.Encode()), http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, signature: {sms.Sign(secret, "https://desk.example"+inHook, form)}})
		return status
	}
	if got := post("wrong"); got != 403 {
		t.Errorf("a wrong signature gives %d", got)
	}
	if got := post("shared"); got != 204 {
		t.Errorf("a right signature gives %d", got)
	}
	if got := post("shared"); got != 204 {
		t.Errorf("the same text again gives %d", got)
	}
}

func TestVoiceProvidersNewsIsSigned(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept(t, on(folder, mercy...)...).works(t)
	d := start(t, []string{"KEPT_VOICE_SECRET=shared", "KEPT_VOICE_TOKEN=token"},
		on(folder, "serve", "--voice-url", "http://127.0.0.1:1/", "--voice-status", "https://desk.example"+callHook)...).opens()
	post := func(secret string, form url.Values) int {
		status, _ := d.ask("POST", callHook, strings.NewReader(form.Encode()), http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, signature: {sms.Sign(secret, "https://desk.example"+callHook, form)}})
		return status
	}
	pressed := url.Values{"CallSid": {"CA1"}, "Digits": {"1"}}
	if got := post("wrong", pressed); got != 403 {
		t.Errorf("a wrong signature gives %d", got)
	}
	if got := post("shared", pressed); got != 404 {
		t.Errorf("a call that is not known yet gives %d", got)
	}
	if got := post("shared", url.Values{"CallSid": {"CA1"}, "CallStatus": {"dancing"}}); got != 400 && got != 422 {
		t.Errorf("what cannot be read gives %d", got)
	}
}

func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	s := newStreams(newMetrics().streams)
	there := make(chan struct{})
	h := s.wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(there)
		<-r.Context().Done()
	}))
	done := make(chan struct{})
	go func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/desk/live", nil))
		close(done)
	}()
	<-there
	s.end()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("the stream goes on")
	}
}

// source gives one thing that is always due.
type source struct{}

func (source) Claim(context.Context, time.Time, int, time.Duration) ([]job.Row, error) {
	return []job.Row{{ID: "1"}}, nil
}
func (source) Return(context.Context, job.Row, time.Time, string) error { return nil }

func TestMessagesWaitAfterARestore(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, err := store.Open(ctx, store.Options{DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	claims := func() int {
		rows, err := held{source{}, db}.Claim(ctx, clock(), 1, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	if claims() != 1 {
		t.Error("nothing is sent on a new desk")
	}
	if err := db.System(ctx, "test", func(tx *store.SystemTx) error { return tx.SetSetting(heldSetting, "1") }); err != nil {
		t.Fatal(err)
	}
	if claims() != 0 {
		t.Error("messages go out after a restore")
	}
	lines, err := new(releaseMessages).carryOut(ctx, db, app.New(app.Options{DB: db}))
	if err != nil || len(lines) != 1 || claims() != 1 {
		t.Errorf("messages do not go out when they are let go: %v, %v", lines, err)
	}
}

func TestReceiptsCarryErrors(t *testing.T) {
	t.Parallel()
	var bad desk.Fields
	bad.Add("login", "email.invalid", "Enter an email address.")
	err := receiptOf(nil, bad.Err()).err()
	if !desk.Is(err, desk.Invalid) || !strings.Contains(err.Error(), "Enter an email address.") {
		t.Errorf("an error arrives as %v", err)
	}
	if err := receiptOf([]string{"Done."}, nil).err(); err != nil {
		t.Errorf("no error arrives as %v", err)
	}
}

// Links to the pages of the desk lead beside the hospitals where these are found by path.
func TestWhereTheDeskIs(t *testing.T) {
	for pattern, want := range map[string]string{
		"http://127.0.0.1:8080/{slug}": "http://127.0.0.1:8080", "http://127.0.0.1:8080/{slug}/": "http://127.0.0.1:8080",
		"https://{slug}": "https://mercy", "https://{host}": "https://mercy.help", "https://{slug}.kept.example/": "https://mercy.kept.example",
	} {
		if got := deskOrigins(pattern)(desk.Client{Slug: "mercy", Host: "mercy.help"}); got != want {
			t.Errorf("with %s the desk is at %s, not %s", pattern, got, want)
		}
	}
}

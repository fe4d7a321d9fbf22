package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The tests run the program as operators do: this test binary is kept itself when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("KEPT_IS_THE_PROGRAM") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for what must happen; nothing waits that long when all is well.
const patience = 60 * time.Second

func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "KEPT_") {
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(append(cmd.Env, "KEPT_IS_THE_PROGRAM=yes"), env...)
	return cmd
}

// said is what a command printed, and how it ended.
type said struct {
	out, err string
	code     int
}

func kept(t *testing.T, args ...string) said { t.Helper(); return keptIn(t, nil, args...) }

func keptIn(t *testing.T, env []string, args ...string) said {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := program(t, env, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the code says it
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// works fails the test unless the command did its work and printed each of the texts.
func (s said) works(t *testing.T, texts ...string) said {
	t.Helper()
	if s.code != 0 {
		t.Fatalf("ended with %d:\n%s%s", s.code, s.out, s.err)
	}
	for _, x := range texts {
		if !strings.Contains(s.out, x) {
			t.Errorf("does not say %q:\n%s", x, s.out)
		}
	}
	return s
}

// refuses fails the test unless the command refused with a sentence that holds each of the texts.
func (s said) refuses(t *testing.T, texts ...string) said {
	t.Helper()
	if s.code == 0 {
		t.Fatalf("was done:\n%s", s.out)
	}
	for _, x := range texts {
		if !strings.Contains(s.err, x) {
			t.Errorf("does not say %q:\n%s", x, s.err)
		}
	}
	if strings.Contains(s.err, "goroutine ") {
		t.Errorf("panics:\n%s", s.err)
	}
	return s
}

// running is an open desk.
type running struct {
	t     *testing.T
	cmd   *exec.Cmd
	addr  string
	lines chan string // of the log and of what is printed
	seen  []string
}

// start starts a desk and waits until it listens; it is killed at the end of the test at the latest.
func start(t *testing.T, env []string, args ...string) *running {
	t.Helper()
	r := &running{t: t, cmd: program(t, env, append([]string{"--addr", "127.0.0.1:0"}, args...)...), lines: make(chan string, 1000)}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.cmd.Stdout, r.cmd.Stderr = in, in
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	t.Cleanup(func() { _ = r.cmd.Process.Kill(); _ = r.cmd.Wait() })
	go func() {
		defer close(r.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			r.lines <- s.Text()
		}
	}()
	r.addr = r.hears(`127\.0\.0\.1:\d+`)
	return r
}

// hears waits for a line and gives the part that matches.
func (r *running) hears(pattern string) string {
	r.t.Helper()
	want := regexp.MustCompile(pattern)
	stop := time.After(patience)
	for {
		select {
		case line, ok := <-r.lines:
			if !ok {
				r.t.Fatalf("the desk ended without saying %s:\n%s", pattern, strings.Join(r.seen, "\n"))
			}
			r.seen = append(r.seen, line)
			if m := want.FindString(line); m != "" {
				return m
			}
		case <-stop:
			r.t.Fatalf("the desk does not say %s:\n%s", pattern, strings.Join(r.seen, "\n"))
		}
	}
}

func (r *running) opens() *running { r.t.Helper(); r.hears("the desk is open"); return r }

func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	return r.ask(http.MethodGet, path, nil, nil)
}

func (r *running) ask(method, path string, body io.Reader, head http.Header) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://"+r.addr+path, body)
	if err != nil {
		r.t.Fatal(err)
	}
	if head != nil {
		req.Header = head
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// stops sends a signal and gives how the desk ended.
func (r *running) stops(s syscall.Signal) int {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
	_ = r.cmd.Wait() // the code says it
	return r.cmd.ProcessState.ExitCode()
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// command is kept with the desk at p.
func (b *bench) command(ctx context.Context, p place, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, b.kept, args...)
	c.Env = append(os.Environ(), "KEPT_DATA="+p.data, "KEPT_DATABASE_URL="+p.url, "KEPT_LOG_LEVEL=warn")
	c.Stderr = os.Stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 20 * time.Second
	return c
}

// running is a desk that serves.
type running struct {
	cmd   *exec.Cmd
	addr  string
	began time.Duration // from the start of the process to the first page
}

// serve starts kept serve and waits for the first page of the staff side.
func (b *bench) serve(ctx context.Context, p place) (*running, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &running{addr: ln.Addr().String()}
	ln.Close()
	r.cmd = b.command(ctx, p, "serve", "--addr", r.addr)
	log, err := os.OpenFile(filepath.Join(b.folder, "kept.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	r.cmd.Stderr = log // it logs that it is starting, to each of our questions
	start := time.Now()
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(start) < time.Minute && ctx.Err() == nil {
		if res, err := http.Get("http://" + r.addr + "/sign-in"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				r.began = time.Since(start)
				return r, nil
			}
		}
		time.Sleep(5 * time.Millisecond) // a page that is not there yet gives no other signal
	}
	r.stop()
	return nil, fmt.Errorf("kept serve gave no page within a minute")
}

// stop ends the desk and waits for its end.
func (r *running) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	_ = r.cmd.Wait() // whatever it says, it is gone
}

// memory is the most that the process had resident, in MB; 0 where the system does not tell.
func (r *running) memory() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// cpu is the processor time that the process has used so far; 0 where the system does not tell. What a
// request costs is the same on a busy machine, when the times of its answers are not.
func (r *running) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // Linux counts hundredths of a second
}

// secrets is what demo.json tells.
type secrets struct {
	SignIns []struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Role     string `json:"role"`
	} `json:"sign_ins"`
	Tokens []struct {
		Client string `json:"client"`
		Secret string `json:"token"`
	} `json:"tokens"`
	Clients []struct {
		ID   int64  `json:"id"`
		Slug string `json:"slug"`
	} `json:"clients"`
}

func secretsOf(p place) (s secrets, err error) {
	text, err := os.ReadFile(filepath.Join(p.data, "demo.json"))
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	return s, err
}

// token is the API token of the whole desk.
func (s secrets) token() string {
	for _, t := range s.Tokens {
		if t.Client == "" {
			return t.Secret
		}
	}
	return ""
}

// signIn signs an analyst in and gives the cookie.
func (r *running) signIn(s secrets) (string, error) {
	for _, who := range s.SignIns {
		if who.Role != "analyst" {
			continue
		}
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.PostForm("http://"+r.addr+"/sign-in", url.Values{"email": {who.Login}, "password": {who.Password}})
		if err != nil {
			return "", err
		}
		res.Body.Close()
		for _, c := range res.Cookies() {
			if c.Name == "kept_session" && c.Value != "" {
				return c.Name + "=" + c.Value, nil
			}
		}
		return "", fmt.Errorf("signing in: %s", res.Status)
	}
	return "", fmt.Errorf("demo.json names no analyst")
}

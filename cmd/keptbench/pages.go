package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"kept/internal/store/rawloop"
)

// pages measures what an analyst opens all day, on a desk with so many tickets: alone for the time that
// one person waits, and with all connections at once.
func (b *bench) pages(ctx context.Context, p place, tickets int) error {
	s, err := secretsOf(p)
	if err != nil {
		return err
	}
	r, err := b.serve(ctx, p)
	if err != nil {
		return err
	}
	defer r.stop()
	b.add(figure{name: fmt.Sprintf("start to first page, %d tickets", tickets), value: r.began.Round(time.Millisecond).String(), target: "≤ 1 s", met: r.began <= time.Second})
	cookie, err := r.signIn(s)
	if err != nil {
		return err
	}
	queue, err := r.page(ctx, cookie, "/desk")
	if err != nil {
		return err
	}
	var refs []string
	for _, m := range regexp.MustCompile(`/desk/t/([2-9A-Z-]{7,9})`).FindAllStringSubmatch(queue, -1) {
		refs = append(refs, m[1])
	}
	if len(refs) == 0 {
		return fmt.Errorf("the queue of the analyst shows no ticket")
	}
	if err := r.addRare(ctx, s); err != nil {
		return err
	}
	if b.engine == "postgres" {
		if err := b.records(ctx, p, s.Clients[0].ID); err != nil {
			return err
		}
	}
	ms := time.Millisecond
	for _, page := range []struct {
		name        string
		path        func(n int64) string
		words       string // of a search, sent as a form
		connections int
		p50, p99    time.Duration
		incoming    int // tickets that come in each second meanwhile
	}{
		{"queue", func(int64) string { return "/desk" }, "", 1, 5 * ms, 0, 0},
		{"queue", func(int64) string { return "/desk" }, "", b.Clients, 5 * ms, 25 * ms, 0},
		{"ticket", func(n int64) string { return "/desk/t/" + refs[n%int64(len(refs))] }, "", 1, 3 * ms, 0, 0},
		{"ticket", func(n int64) string { return "/desk/t/" + refs[n%int64(len(refs))] }, "", b.Clients, 0, 0, 0},
		{"board", func(int64) string { return "/promises" }, "", 1, 0, 0, 0},
		{"search, rare word", func(int64) string { return "/desk/search?part=hits" }, rare, 1, 2 * ms, 0, 0},
		{"search, common word", func(int64) string { return "/desk/search?part=hits" }, common, 1, 15 * ms, 0, 0},
		{"queue while tickets come in", func(int64) string { return "/desk" }, "", b.Clients, 0, 0, incoming},
	} {
		quiet := r.takeIn(ctx, s, page.incoming)
		t, err := load(ctx, r, page.connections, time.Duration(b.Seconds)*time.Second, http.StatusOK, func(n int64) (string, string, string, string) {
			if page.words != "" {
				return "POST", page.path(n), "Cookie: " + cookie + "\r\nContent-Type: application/x-www-form-urlencoded\r\n", "q=" + url.QueryEscape(page.words)
			}
			return "GET", page.path(n), "Cookie: " + cookie + "\r\n", ""
		})
		if err := errors.Join(err, quiet()); err != nil {
			return err
		}
		f := figure{name: fmt.Sprintf("%s, %d tickets, %d at once", page.name, tickets, page.connections), perSecond: t.perSecond(), cpu: t.cpu, p50: t.at(0.5), p99: t.at(0.99), met: true}
		if len(t.all) > 0 {
			f.value = fmt.Sprintf("%d kB", t.bytes/int64(len(t.all))/1000)
		}
		if page.p50 > 0 {
			f.target, f.met = "p50 ≤ "+page.p50.String(), t.at(0.5) <= page.p50
		}
		if page.p99 > 0 {
			f.target, f.met = f.target+", p99 ≤ "+page.p99.String(), f.met && t.at(0.99) <= page.p99
		}
		b.add(b.besideSmaller(f, page.name, page.connections))
	}
	memory := r.memory()
	b.add(figure{name: fmt.Sprintf("memory with %d tickets", tickets), value: fmt.Sprintf("%.0f MB", memory), target: "≤ 150 MB", met: memory <= 150})
	return nil
}

// records measures what a page on PostgreSQL waits for at least, with as many connections as ask for pages: its record in the
// read log, without a desk and without a page.
func (b *bench) records(ctx context.Context, p place, client int64) error {
	took, err := rawloop.Records(ctx, p.url, client, b.Clients, time.Duration(b.Seconds)*time.Second)
	if err != nil {
		return err
	}
	slices.Sort(took)
	t := times{all: took, took: time.Duration(b.Seconds) * time.Second}
	b.add(figure{name: fmt.Sprintf("raw loop: the record of a page, %d at once", b.Clients), perSecond: t.perSecond(), p50: t.at(0.5), p99: t.at(0.99)})
	return nil
}

// besideSmaller compares a page with the same page of the smallest desk of this run.
func (b *bench) besideSmaller(f figure, name string, connections int) figure {
	f.page = fmt.Sprint(name, "/", connections)
	for _, have := range b.rows {
		if have.engine == b.engine && have.page == f.page {
			f.ratio, f.beside = float64(f.p50)/float64(have.p50), "p50 of the smaller desk"
			return f
		}
	}
	return f
}

// page gives the HTML of one page.
func (r *running) page(ctx context.Context, cookie, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.addr+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Cookie", cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s", path, res.Status)
	}
	return string(text), err
}

// The words of the searches: one ticket holds the rare one, a great part of all hold the common one.
const (
	rare   = "quetzalcoatlus"
	common = "chart"
)

// incoming is how many tickets come in each second while the queue is read: more than 250 hospitals send.
const incoming = 100

// takeIn opens tickets at an even pace until it is told to stop; that gives what went wrong.
func (r *running) takeIn(ctx context.Context, s secrets, perSecond int) (stop func() error) {
	if perSecond == 0 {
		return func() error { return nil }
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		pace := time.NewTicker(time.Second / time.Duration(perSecond))
		defer pace.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-pace.C:
			}
			if err := r.open(context.WithoutCancel(ctx), s, n%len(s.Clients), "I see kilograms and want pounds", fmt.Sprint("keptbench-", time.Now().UnixNano())); err != nil {
				done <- err
				return
			}
		}
	}()
	return func() error { cancel(); return <-done }
}

// addRare opens the ticket with the rare word. The desk may be one of an earlier run.
func (r *running) addRare(ctx context.Context, s secrets) error {
	return r.open(ctx, s, 0, "A "+rare+" on my screen", "keptbench rare word")
}

func (r *running) open(ctx context.Context, s secrets, client int, words, key string) error {
	body := fmt.Sprintf(`{"client":%q,"words":%q,"requester":{"name":"Bench Person"}}`, s.Clients[client].Slug, words)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.addr+"/api/v1/tickets", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.token())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("opening a ticket: %s", res.Status)
	}
	return nil
}

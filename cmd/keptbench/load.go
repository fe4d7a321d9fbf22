package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// times are the answers to one kind of request.
type times struct {
	all   []time.Duration // sorted
	took  time.Duration
	bytes int64         // of bodies
	cpu   time.Duration // that the desk used for each answer
}

func (t times) perSecond() float64 { return float64(len(t.all)) / t.took.Seconds() }

// at gives the time within which a part of the answers came: at(0.5) is the median.
func (t times) at(part float64) time.Duration {
	if len(t.all) == 0 {
		return 0
	}
	return t.all[min(int(part*float64(len(t.all))), len(t.all)-1)]
}

// ask is a request by its number: method, path, headers as lines that end in \r\n, body.
type ask func(n int64) (method, path, head, body string)

// load sends requests over so many kept-alive connections for span, each connection the next request when
// it has the answer to the last. Any answer but want ends it with an error. The first tenth, while
// everything is still cold, is not counted.
func load(ctx context.Context, r *running, connections int, span time.Duration, want int, next ask) (times, error) {
	var count atomic.Int64
	var mu sync.Mutex
	var t times
	var errs []error
	var wg sync.WaitGroup
	begin, used := time.Now(), r.cpu()
	counted := begin.Add(span / 10)
	for range connections {
		wg.Go(func() {
			mine, size, err := one(ctx, r.addr, begin.Add(span), counted, want, &count, next)
			mu.Lock()
			defer mu.Unlock()
			t.all, t.bytes = append(t.all, mine...), t.bytes+size
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	t.took = time.Since(counted)
	if n := count.Load(); n > 0 {
		t.cpu = (r.cpu() - used) / time.Duration(n)
	}
	slices.Sort(t.all)
	return t, errors.Join(errs...)
}

// one is the work of one connection. It reads answers with its own few lines, because on a small machine
// the requests of a full client would cost as much as the answers.
func one(ctx context.Context, addr string, until, counted time.Time, want int, count *atomic.Int64, next ask) (mine []time.Duration, size int64, err error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	var out bytes.Buffer
	for ctx.Err() == nil {
		began := time.Now()
		if began.After(until) {
			break
		}
		method, path, head, body := next(count.Add(1))
		out.Reset()
		fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", method, path, addr, head, len(body), body)
		if _, err := c.Write(out.Bytes()); err != nil {
			return mine, size, err
		}
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return mine, size, err
		}
		if res.StatusCode != want {
			text, _ := io.ReadAll(io.LimitReader(res.Body, 500))
			return mine, size, fmt.Errorf("%s %s: %s\n%s", method, path, res.Status, text)
		}
		n, err := io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if err != nil {
			return mine, size, err
		}
		if began.After(counted) {
			mine, size = append(mine, time.Since(began)), size+n
		}
	}
	return mine, size, ctx.Err()
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"slices"
	"strconv"
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

// one is the work of one connection. It writes requests and reads answers with its own few lines, because
// on a small machine those of a full client would cost as much as the desk.
func one(ctx context.Context, addr string, until, counted time.Time, want int, count *atomic.Int64, next ask) (mine []time.Duration, size int64, err error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer c.Close()
	in := bufio.NewReaderSize(c, 64<<10)
	host := "Host: " + addr + "\r\n"
	var out []byte
	for ctx.Err() == nil {
		began := time.Now()
		if began.After(until) {
			break
		}
		method, path, head, body := next(count.Add(1))
		out = append(append(append(out[:0], method...), ' '), path...)
		out = append(append(append(out, " HTTP/1.1\r\n"...), host...), head...)
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), int64(len(body)), 10), "\r\n\r\n"...)
		if _, err := c.Write(append(out, body...)); err != nil {
			return mine, size, err
		}
		status, n, err := answer(in)
		if err != nil {
			return mine, size, fmt.Errorf("%s %s: %w", method, path, err)
		}
		if status != want {
			return mine, size, fmt.Errorf("%s %s: status %d", method, path, status)
		}
		if began.After(counted) {
			mine, size = append(mine, time.Since(began)), size+n
		}
	}
	return mine, size, ctx.Err()
}

// answer reads one answer to its end, and gives its status and the size of its body.
func answer(in *bufio.Reader) (status int, size int64, err error) {
	length, chunked := int64(0), false
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if first {
			if len(line) < 12 {
				return 0, 0, fmt.Errorf("no answer in HTTP: %q", line)
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, 0, err
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if !chunked {
		n, err := in.Discard(int(length))
		return status, int64(n), err
	}
	if size, err = io.Copy(io.Discard, httputil.NewChunkedReader(in)); err == nil {
		_, err = in.Discard(len("\r\n"))
	}
	return status, size, err
}

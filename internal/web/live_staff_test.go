package web

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestDeskHearsOfChanges(t *testing.T) {
	a := atDesk(t, sam)
	read := listening(a, "/desk/live")
	read("event: beat")
	a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	read(`event: changed` + "\n" + `data: {"new":1,"changed":0}`)
}

// TestNothingFallsBetweenThePageAndItsStream: what changes after a page was read, and before it listens or while it is not connected,
// is told as soon as it does.
func TestNothingFallsBetweenThePageAndItsStream(t *testing.T) {
	a := atDesk(t, sam)
	address := func(page string) string {
		return html.UnescapeString(regexp.MustCompile(`data-live="([^"]*)"`).FindStringSubmatch(a.get(page).gets(200).body)[1])
	}
	before := address("/desk")
	if read := listening(a, before)("here"); strings.Contains(read, "changed") {
		t.Errorf("it hears of a change where there was none: %q", read)
	}
	maria := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	listening(a, before)("event: changed\ndata: {\"new\":1,\"changed\":0}")
	one := address("/desk/t/" + string(maria.Got.Ref))
	maria.Promised(a.d.Sam, time.Time{})
	listening(a, one)("event: changed\ndata: {\"new\":0,\"changed\":1}")
	listening(a, "/desk/live?told=ANOTHERNODE.4")("event: changed\ndata: {}")
}

// listening connects to a stream, and gives what reads on until it has told something.
func listening(a *analyst, address string) func(want string) string {
	a.t.Helper()
	ctx, stop := context.WithTimeout(a.t.Context(), 20*time.Second)
	a.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.server.URL+address, nil)
	a.d.Must(err)
	res, err := a.client.Do(r)
	a.d.Must(err)
	a.t.Cleanup(func() { _ = res.Body.Close() })
	return func(want string) string {
		a.t.Helper()
		got := ""
		for b := make([]byte, 256); !strings.Contains(got, want); {
			n, err := res.Body.Read(b)
			if got += string(b[:n]); err != nil {
				a.t.Fatalf("the stream ended with %q, want %q: %v", got, want, err)
			}
		}
		return got
	}
}

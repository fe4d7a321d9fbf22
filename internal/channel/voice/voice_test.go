package voice

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/channel"
)

const ana = "+13125550191"

func call(id string) channel.Message {
	return channel.Message{ID: id, From: "+18005550143", To: ana, Text: "This is the help desk.", Lang: "en"}
}

// The provider gets one form for each call, with our id twice, and says its own.
func TestACallIsOneForm(t *testing.T) {
	var got url.Values
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got = r.PostForm
		if user, token, _ := r.BasicAuth(); user != "desk" || token != "secret" || r.Header.Get("Idempotency-Key") != "c1" {
			t.Errorf("headers %v", r.Header)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"sid":"CA1","status":"queued"}`))
	}))
	defer srv.Close()
	d, err := New(srv.URL, "desk", "secret", "https://desk.example/hooks/voice/status").Send(t.Context(), call("c1"))
	if err != nil || d.State != channel.Accepted || d.ProviderID != "CA1" {
		t.Errorf("%+v, %v", d, err)
	}
	if got.Get("Say") != "This is the help desk." || got.Has("Body") || got.Get("To") != ana || got.Get("ClientRef") != "c1" || got.Get("StatusCallback") != "https://desk.example/hooks/voice/status" {
		t.Errorf("form %v", got)
	}
}

func TestNewsOfACall(t *testing.T) {
	for form, want := range map[string]channel.CallState{
		"CallSid=CA1&CallStatus=ringing": channel.Calling, "CallSid=CA1&CallStatus=in-progress": channel.Answered, "CallSid=CA1&Digits=1": channel.Acknowledged, "CallSid=CA1&Digits=17": channel.Acknowledged,
		"CallSid=CA1&Digits=7": channel.Answered, "CallSid=CA1&CallStatus=completed": channel.NoAnswer, "id=CA1&status=no-answer": channel.NoAnswer, "CallSid=CA1&CallStatus=busy": channel.Busy,
		"CallSid=CA1&CallStatus=failed&ErrorCode=30003": channel.CallFailed, "CallSid=CA1&CallStatus=canceled": channel.CallFailed,
		"CallStatus=busy": "", "CallSid=CA1": "", "CallSid=CA1&CallStatus=dancing": "", "CallSid=C+A1&CallStatus=busy": "", "CallSid=CA1&CallStatus=failed&ErrorCode=%2B1312+555": "",
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCall(values)
		if c.State != want || (want == "") != errors.Is(err, ErrForm) {
			t.Errorf("%s is %+v, %v", form, c, err)
		}
	}
}

// Our own id that a provider gives back in a form that we never use is not ours; the news beside it counts.
func TestARefThatIsNotOursLeavesTheNews(t *testing.T) {
	for ref, want := range map[string]string{"ring-1-2": "ring-1-2", "": "", strings.Repeat("r", 64): strings.Repeat("r", 64), strings.Repeat("r", 65): "", strings.Repeat("r", 100_000): "", "ring 1": "", "ring-\u00e9": ""} {
		c, err := ParseCall(url.Values{"CallSid": {"CA1"}, "CallStatus": {"busy"}, "ClientRef": {ref}})
		if err != nil || c.State != channel.Busy || c.ProviderID != "CA1" || c.Ref != want {
			t.Errorf("with a ref of %d bytes: %+v, %v", len(ref), c, err)
		}
	}
}

func FuzzParseCall(f *testing.F) {
	f.Add("CallSid=CA1&CallStatus=busy&Digits=1&ErrorCode=3")
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		if c, err := ParseCall(form); err == nil && (c.ProviderID == "" || c.State == "") {
			t.Errorf("took %+v", c)
		}
	})
}

type ear struct {
	heard []channel.CallState
	deaf  bool
}

func (e *ear) Called(_ context.Context, c channel.Call) error {
	if e.deaf {
		return errors.New("not now")
	}
	e.heard = append(e.heard, c.State)
	return nil
}

// The fake takes a call once, tells what became of it later and in order, and tells it again to a sink that did not
// take it.
func TestFakeCallsLikeAProvider(t *testing.T) {
	now := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		phone Phone
		want  []channel.CallState
	}{
		"rings":   {Phone{}, []channel.CallState{channel.Calling, channel.NoAnswer}},
		"busy":    {Phone{Busy: true}, []channel.CallState{channel.Busy}},
		"fails":   {Phone{Fails: "30003"}, []channel.CallState{channel.CallFailed}},
		"answers": {Phone{Answers: true}, []channel.CallState{channel.Calling, channel.Answered, channel.NoAnswer}},
		"presses": {Phone{Answers: true, Key: "1"}, []channel.CallState{channel.Calling, channel.Answered, channel.Acknowledged, channel.NoAnswer}},
	} {
		f, e := NewFake(func() time.Time { return now }), &ear{deaf: true}
		f.SetSink(e)
		f.Set(ana, c.phone)
		for range 2 {
			if d, err := f.Send(t.Context(), call("c1")); err != nil || d.State != channel.Accepted {
				t.Fatalf("%+v, %v", d, err)
			}
		}
		if f.Step(t.Context(), now) == nil {
			t.Error("the sink's error is lost")
		}
		e.deaf = false
		for range 2 {
			if err := f.Step(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(e.heard, c.want) || len(f.Calls(ana)) != 1 {
			t.Errorf("%s: heard %v, %d calls", name, e.heard, len(f.Calls(ana)))
		}
	}
}

func TestFakeThatIsDownOrSlow(t *testing.T) {
	f := NewFake(time.Now)
	f.Slow(ana)
	if d, err := f.Send(t.Context(), call("c1")); d.State != channel.Unknown || err == nil || len(f.Calls(ana)) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
	f.Down(true)
	if d, err := f.Send(t.Context(), call("c2")); d.State != channel.Retry || err == nil || len(f.Calls(ana)) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// By hand a call rings until somebody takes it, once, or until it has rung for long enough; all of it is told as a
// provider does.
func TestFakeThatRingsUntilSomebodyTakesIt(t *testing.T) {
	now := time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)
	f, e := NewFake(func() time.Time { return now }), &ear{}
	f.SetSink(e)
	f.ByHand(40 * time.Second)
	heard := func(when string, want ...channel.CallState) {
		t.Helper()
		if err := f.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.heard, want) {
			t.Errorf("%s: heard %v", when, e.heard)
		}
		e.heard = nil
	}
	send := func(id string) {
		t.Helper()
		if _, err := f.Send(t.Context(), call(id)); err != nil {
			t.Fatal(err)
		}
	}
	send("c1")
	heard("it rings", channel.Calling)
	now = now.Add(39 * time.Second)
	heard("it goes on ringing")
	if l := f.Lines(); len(l) != 1 || l[0].Over {
		t.Errorf("%+v", l)
	}
	e.deaf = true
	if err := f.Take(t.Context(), "c1", Phone{Answers: true, Key: AckKey}); err == nil {
		t.Error("the sink's error is lost")
	}
	e.deaf = false
	heard("taken, and told again", channel.Calling, channel.Answered, channel.Acknowledged, channel.NoAnswer)
	for _, id := range []string{"c1", "nobody's"} {
		if err := f.Take(t.Context(), id, Phone{Busy: true}); !errors.Is(err, ErrOver) {
			t.Errorf("%s: %v", id, err)
		}
	}
	send("c2")
	if err := f.Take(t.Context(), "c2", Phone{Busy: true}); err != nil {
		t.Fatal(err)
	}
	heard("declined", channel.Busy)
	send("c3")
	heard("another rings", channel.Calling)
	now = now.Add(40 * time.Second)
	heard("nobody takes it", channel.Calling, channel.NoAnswer)
	if l := f.Lines(); len(l) != 3 || !l[2].Over || l[1].As != (Phone{Busy: true}) || f.Ringing() != 0 {
		t.Errorf("%+v", l)
	}
}

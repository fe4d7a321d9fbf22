package app_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/channel/voice"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// ways are the rings of everything open, each as "who way state reason".
func ways(d *testkit.Desk) (list []string) {
	d.T.Helper()
	names := map[desk.StaffID]string{d.Ana.Staff: "Ana", d.Omar.Staff: "Omar", d.Priya.Staff: "Priya"}
	d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
		list = nil
		rings, err := tx.OpenRings()
		for _, r := range rings {
			list = append(list, strings.TrimSpace(names[r.Staff]+" "+string(r.Way)+" "+string(r.State)+" "+r.Reason))
		}
		return err
	}))
	return list
}

func wantWays(d *testkit.Desk, want ...string) {
	d.T.Helper()
	if got := ways(d); strings.Join(got, ", ") != strings.Join(want, ", ") {
		d.T.Fatalf("rings %v, want %v", got, want)
	}
}

// told chooses how Ana is told: urgent at once by text, after 5 minutes by a call, after 10 by mail; else by mail.
func told(d *testkit.Desk) {
	d.T.Helper()
	d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByText}, {By: coverage.ByCall, After: 5 * time.Minute}, {By: coverage.ByMail, After: 10 * time.Minute}},
		[]coverage.Rule{{By: coverage.ByMail}}))
	policy, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForAlerts)
	d.Must(err)
	policy.Steps = []coverage.Step{{To: []coverage.Target{{Role: coverage.Leads}}, Wait: 30 * time.Minute}}
	d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForAlerts, policy))
}

// What is urgent comes by text at once and by a call five minutes later; pressing 1 is "I take care of it", and the
// ways after it are not taken.
func TestWhoPressesOneHasIt(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "1"})
		d.Maria().Calls(d.Sam, "I have chest pain")
		d.Settle()
		wantWays(d, "Ana call waiting", "Ana mail waiting", "Ana text sent")
		minutes(d, d.Now().Add(5*time.Minute))
		calls := d.Voice.Calls(anasPhone)
		if len(calls) != 1 || !strings.Contains(calls[0].Say, "an alert waits for you") || !strings.Contains(calls[0].Say, "Press 1") || strings.Contains(calls[0].Say, "chest") {
			t.Fatalf("calls: %+v", calls)
		}
		wantWays(d) // nothing is open any more
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.Alerts) != 0 {
			t.Errorf("alerts: %+v", board.Alerts)
		}
		minutes(d, d.Now().Add(30*time.Minute))
		if n := len(d.Mail.Mails("ana@kept.example")); n != 0 {
			t.Errorf("%d mails after it", n)
		}
		// News that comes again, or late, changes nothing.
		d.Must(d.App.Called(d.Ctx(), channel.Call{ProviderID: "call-" + calls[0].ID, State: channel.NoAnswer}))
		if err := d.App.Called(d.Ctx(), channel.Call{ProviderID: "call-nobodys", State: channel.Answered}); !desk.Is(err, desk.NotFound) {
			t.Errorf("a call that nobody made: %v", err)
		}
	})
}

// silentFor is a provider of calls that says nothing about one number until it has heard of another.
type silentFor struct {
	channel.Sender
	number string
	other  chan struct{}
}

func (s silentFor) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	if m.To != s.number {
		defer close(s.other)
		return s.Sender.Send(ctx, m)
	}
	select {
	case <-s.other:
	case <-ctx.Done():
	}
	return channel.Delivery{State: channel.Retry}, ctx.Err()
}

// A provider that is silent about one person keeps nobody else from being called.
func TestOneWhoCannotBeCalledHoldsUpNobody(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		byCall := []coverage.Rule{{By: coverage.ByCall}}
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", byCall, nil))
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Omar, "312-555-0185", byCall, nil))
		policy, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForAlerts)
		d.Must(err)
		policy.Steps = []coverage.Step{{To: []coverage.Target{{Person: int64(d.Ana.Staff)}, {Person: int64(d.Omar.Staff)}}, Wait: 30 * time.Minute}}
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForAlerts, policy))
		for _, number := range []string{anasPhone, "+13125550185"} { // whoever is called first
			other := silentFor{d.Voice, number, make(chan struct{})}
			d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: other})
			d.SMS.SetSink(d.App)
			d.Voice.SetSink(d.App)
			d.Maria().Calls(d.Sam, "I have chest pain")
			d.Settle()
			select {
			case <-other.other:
			default:
				t.Errorf("nobody was called while the provider was silent about %s: %v", number, ways(d))
			}
		}
	})
}

// Somebody who presses 1 for a promise has it, as on the board.
func TestPressingOneTakesAPromise(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Priya, "312-555-0181", nil, []coverage.Rule{{By: coverage.ByCall}}))
		d.Voice.Set(priyasPhone, voice.Phone{Answers: true, Key: "1"})
		minutes(d, d.At(3, 8, 29))
		if len(d.Voice.Calls(priyasPhone)) != 1 || untaken(d, anasPhone) != 0 {
			t.Errorf("Priya was called %d times, Ana told %d times", len(d.Voice.Calls(priyasPhone)), untaken(d, anasPhone))
		}
		if err := d.App.HavePromise(d.Ctx(), d.Ana, maria.Got.Ref, p.ID); !desk.Is(err, desk.Conflict) {
			t.Errorf("Priya has it: %v", err)
		}
		checked(d)
	})
}

// Who had a promise that broke does not get its repair, which is somebody else's, by news of the old call that comes again.
func TestNewsOfAnOldCallTakesNoRepair(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		maria, p := ladders(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Priya, "312-555-0181", nil, []coverage.Rule{{By: coverage.ByCall}}))
		d.Voice.Set(priyasPhone, voice.Phone{Answers: true, Key: "1"})
		minutes(d, d.At(3, 8, 31))
		call := "call-" + d.Voice.Calls(priyasPhone)[0].ID
		said := func() (n int) {
			events, err := d.App.Events(d.Ctx(), d.Sam, maria.Got.Ref)
			d.Must(err)
			for _, e := range events {
				if e.Type == desk.PromiseGiven && e.Data.Reason == desk.GivenInHand {
					n++
				}
			}
			return n
		}
		before := said()
		for _, state := range []channel.CallState{channel.NoAnswer, channel.Acknowledged, channel.Answered} {
			d.Must(d.App.Called(d.Ctx(), channel.Call{ProviderID: call, State: state}))
		}
		if n := said(); before != 1 || n != before {
			t.Errorf("the history says %d times that somebody has it, and %d times after the news", before, n)
		}
		if repair := maria.Promise(); repair.RepairOf != p.ID {
			t.Fatalf("%+v", repair)
		} else if err := d.App.HavePromise(d.Ctx(), d.Ana, maria.Got.Ref, repair.ID); err != nil {
			t.Errorf("Ana, who owns the repair, is told %v", err)
		}
		checked(d)
	})
}

// A way that does not reach somebody makes the next one due at once, whatever stood in the way; why is kept.
func TestTheNextWayIsTakenAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		before func(d *testkit.Desk)
		want   string // of the call
	}{
		"busy":      {func(d *testkit.Desk) { d.Voice.Set(anasPhone, voice.Phone{Busy: true}) }, "Ana call busy"},
		"no answer": {func(d *testkit.Desk) { d.Voice.Set(anasPhone, voice.Phone{}) }, "Ana call no_answer"},
		"hung up":   {func(d *testkit.Desk) { d.Voice.Set(anasPhone, voice.Phone{Answers: true}) }, "Ana call no_answer no key was pressed"},
		"wrong key": {func(d *testkit.Desk) { d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "7"}) }, "Ana call no_answer no key was pressed"},
		"failed":    {func(d *testkit.Desk) { d.Voice.Set(anasPhone, voice.Phone{Fails: "30003"}) }, "Ana call failed 30003"},
		"down":      {func(d *testkit.Desk) { d.Voice.Down(true) }, "Ana call later no connection"},
		"nobody carries calls": {func(d *testkit.Desk) {
			d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail})
			d.SMS.SetSink(d.App)
		}, "Ana call no_provider"},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				told(d)
				c.before(d)
				d.Maria().Calls(d.Sam, "I have chest pain")
				began := d.Now()
				minutes(d, began.Add(5*time.Minute))
				wantWays(d, c.want, "Ana mail sent", "Ana text sent")
				mails := d.Mail.Mails("ana@kept.example")
				if len(mails) != 1 || !mails[0].At.Equal(began.Add(5*time.Minute)) || strings.Contains(mails[0].Message.Text, "chest") {
					t.Errorf("mails: %+v", mails)
				}
				calls, err := d.App.Calls(d.Ctx(), desk.System("test"))
				d.Must(err)
				if len(calls.Unheard) != 1 || calls.Ways[coverage.ByCall] != (name != "nobody carries calls") {
					t.Errorf("what an operator sees: %+v", calls)
				}
				board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
				d.Must(err)
				if len(board.Alerts) != 1 || !strings.HasPrefix(board.Alerts[0].Called, "Called: Ana Ruiz") {
					t.Errorf("the board says %+v", board.Alerts)
				}
			})
		})
	}
}

// A text that the provider took and the carrier refused has told nobody: the call does not wait for its five minutes.
func TestATextThatTheCarrierRefusesIsFollowedAtOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.SMS.Break(anasPhone, "30005")
		d.Voice.Set(anasPhone, voice.Phone{Busy: true})
		d.Maria().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(2*time.Minute))
		wantWays(d, "Ana call busy", "Ana mail sent", "Ana text failed 30005")
	})
}

// A provider that cannot take a call is asked again, for some hours; the next way does not wait for it, and the one
// after that keeps its time.
func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByCall}, {By: coverage.ByText, After: 5 * time.Minute}, {By: coverage.ByMail, After: 20 * time.Minute}},
			[]coverage.Rule{{By: coverage.ByMail}}))
		d.Voice.Down(true)
		d.Maria().Calls(d.Sam, "I have chest pain")
		began := d.Now()
		d.Settle()
		wantWays(d, "Ana call later no connection", "Ana mail waiting", "Ana text sent")
		minutes(d, began.Add(15*time.Minute))
		wantWays(d, "Ana call later no connection", "Ana mail waiting", "Ana text sent")
		d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "1"})
		d.Voice.Down(false)
		minutes(d, began.Add(16*time.Minute))
		wantWays(d)
		if len(d.Voice.Calls(anasPhone)) != 1 || len(d.Mail.Mails("ana@kept.example")) != 0 {
			t.Errorf("%d calls, %d mails", len(d.Voice.Calls(anasPhone)), len(d.Mail.Mails("ana@kept.example")))
		}
	})
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByCall}}, []coverage.Rule{{By: coverage.ByMail}}))
		d.Voice.Down(true)
		d.Maria().Calls(d.Sam, "I have chest pain")
		began := d.Now()
		minutes(d, began.Add(29*time.Minute))
		wantWays(d, "Ana call later no connection")
		for d.Now().Before(began.Add(5 * time.Hour)) {
			d.Skip(10 * time.Minute)
			d.Settle()
		}
		if got := ways(d); got[0] != "Ana call failed no connection" {
			t.Errorf("in the end: %v", got)
		}
	})
}

// A provider that may have taken a call before it broke off is not asked again, and the next ways come at their times.
func TestACallThatMayHaveBeenMadeIsNotMadeAgain(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Voice.Slow(anasPhone)
		d.Voice.Silent(true)
		d.Maria().Calls(d.Sam, "I have chest pain")
		began := d.Now()
		minutes(d, began.Add(9*time.Minute))
		wantWays(d, "Ana call sending no answer", "Ana mail waiting", "Ana text sent")
		minutes(d, began.Add(10*time.Minute))
		if len(d.Voice.Calls(anasPhone)) != 1 || len(d.Mail.Mails("ana@kept.example")) != 1 {
			t.Errorf("%d calls, %d mails", len(d.Voice.Calls(anasPhone)), len(d.Mail.Mails("ana@kept.example")))
		}
	})
}

// The answer to placing a call is lost, and the news of it is found by our own id: who presses 1 has it.
func TestACallWhoseAnswerWasLostIsFound(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Voice.Slow(anasPhone)
		d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "1"})
		d.Maria().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(6*time.Minute))
		wantWays(d)
		if n := len(d.Voice.Calls(anasPhone)); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// The provider says that it could not take a call, and has made it: who presses 1 has it, and is not called again.
func TestACallThatWasMadeAfterAllCounts(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Maria().Calls(d.Sam, "I have chest pain")
		d.Voice.Down(true)
		minutes(d, d.Now().Add(5*time.Minute))
		wantWays(d, "Ana call later no connection", "Ana mail sent", "Ana text sent")
		var ref string
		d.Must(d.DB.DeskRead(d.Ctx(), desk.System("test"), func(tx *store.DeskReadTx) error {
			rings, err := tx.OpenRings()
			ref = rings[0].Provider
			return err
		}))
		d.Must(d.App.Called(d.Ctx(), channel.Call{ProviderID: "theirs", Ref: ref, State: channel.Calling}))
		d.Must(d.App.Called(d.Ctx(), channel.Call{ProviderID: "theirs", State: channel.Acknowledged}))
		d.Voice.Down(false)
		minutes(d, d.Now().Add(5*time.Minute))
		wantWays(d)
		if n := len(d.Voice.Calls(anasPhone)); n != 0 {
			t.Errorf("called %d times more", n)
		}
	})
}

// What a person chose for themselves stays when somebody who leads changes their phone; rules as they were stored
// before there were two lists are read.
func TestHowSomebodyIsToldIsTheirs(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Must(d.App.SaveContact(d.Ctx(), d.Omar, d.Ana.Staff, app.ContactIn{Phone: "312-555-0177", Promises: new(4)}))
		c, ways, err := d.App.OwnContact(d.Ctx(), d.Ana)
		d.Must(err)
		if len(c.Rings) != 3 || len(c.Calm) != 1 || c.Phone != "+13125550177" || c.Capacity.Promises != 4 || !ways[coverage.ByCall] {
			t.Errorf("%+v, %v", c, ways)
		}
		// A form in which one thing was typed changes nothing else.
		d.Must(d.App.SaveContact(d.Ctx(), d.Omar, d.Ana.Staff, app.ContactIn{Promises: new(6)}))
		d.Must(d.App.SaveContact(d.Ctx(), d.Omar, d.Ana.Staff, app.ContactIn{Calls: new(9)}))
		if c, _, err := d.App.OwnContact(d.Ctx(), d.Ana); err != nil || c.Phone != "+13125550177" || c.Capacity.Promises != 6 || c.Capacity.Calls != 9 {
			t.Errorf("%+v, %v", c, err)
		}
		for field, err := range map[string]error{
			"phone":  d.App.SaveOwnContact(d.Ctx(), d.Ana, "", []coverage.Rule{{By: coverage.ByText}}, nil),
			"urgent": d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: "pigeon"}}, nil),
			"calm":   d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", nil, []coverage.Rule{{By: coverage.ByText, After: 5 * time.Hour}}),
		} {
			if e, ok := err.(*desk.Error); !ok || len(e.Fields) != 1 || e.Fields[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// TestWhoWasCalledMayAccept: whoever the escalation has called for an alert accepts it by a key on the phone or on the
// board, and nobody else who does not lead.
func TestWhoWasCalledMayAccept(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Sam, "312-555-0188", []coverage.Rule{{By: coverage.ByCall}}, nil))
		policy, err := d.App.Escalation(d.Ctx(), d.Ana, 0, app.ForAlerts)
		d.Must(err)
		policy.Steps = []coverage.Step{{To: []coverage.Target{{Person: int64(d.Sam.Staff)}}, Wait: 30 * time.Minute}}
		d.Must(d.App.SaveEscalation(d.Ctx(), d.Ana, 0, app.ForAlerts, policy))
		alert := func() app.AlertLine {
			t.Helper()
			board, err := d.App.Board(d.Ctx(), d.Sam, app.BoardFilter{})
			d.Must(err)
			if len(board.Alerts) != 1 {
				t.Fatalf("%d alerts", len(board.Alerts))
			}
			return board.Alerts[0]
		}
		d.Voice.Set("+13125550188", voice.Phone{Answers: true})
		d.Maria().Calls(d.Sam, "I have chest pain")
		if al := alert(); al.Mine || !desk.Is(d.App.AckAlert(d.Ctx(), d.Sam, al.Alert.ID), desk.Forbidden) {
			t.Error("before he is called Sam may accept it")
		}
		minutes(d, d.Now().Add(2*time.Minute))
		al := alert()
		if !al.Mine || !desk.Is(d.App.AckAlert(d.Ctx(), d.Priya, al.Alert.ID), desk.Forbidden) {
			t.Error("Sam was called, and it is Priya's")
		}
		d.Must(d.App.AckAlert(d.Ctx(), d.Sam, al.Alert.ID))

		d.Voice.Set("+13125550188", voice.Phone{Answers: true, Key: "1"})
		d.Rosa().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(2*time.Minute))
		if board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{}); err != nil || len(board.Alerts) != 0 {
			t.Errorf("after 1 was pressed %d alerts are open, %v", len(board.Alerts), err)
		}
	})
}

// Links in what people at the desk are told, and to shared figures, lead to where the desk is, also where hospitals are
// found by path.
func TestTheLinkLeadsToTheDesk(t *testing.T) {
	at := func(origin string) func(desk.Client) string { return func(desk.Client) string { return origin } }
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: d.Voice, Origin: at("http://127.0.0.1:8080/mercy"), Desk: at("http://127.0.0.1:8080")})
		d.SMS.SetSink(d.App)
		d.Maria().Calls(d.Sam, "I have chest pain")
		d.Settle()
		if sent := d.SMS.Sent(anasPhone); len(sent) != 1 || !strings.HasSuffix(sent[0].Body, " http://127.0.0.1:8080/promises") {
			t.Errorf("Ana is told %+v", sent)
		}
		if url, _, err := shares(d, d.Ana); err != nil || !strings.HasPrefix(url, "http://127.0.0.1:8080/figures?key=") {
			t.Errorf("figures are shared at %s, %v", url, err)
		}
	})
}

// eager is a provider whose news of a call comes before its answer to placing it.
type eager struct {
	channel.Sender
	news   []channel.Call // of each call, without the ids
	silent bool           // it does not tell our id
	answer channel.Delivery
	sink   func(context.Context, channel.Call) error
	said   []error
}

func (e *eager) Send(ctx context.Context, m channel.Message) (channel.Delivery, error) {
	for _, n := range e.news {
		if n.ProviderID = "theirs-" + m.ID; !e.silent {
			n.Ref = m.ID
		}
		e.said = append(e.said, e.sink(ctx, n))
	}
	if e.answer.State == channel.Accepted {
		e.answer.ProviderID = "theirs-" + m.ID
	}
	return e.answer, nil
}

// News of a call that comes before the answer to placing it is not undone by that answer, whatever it is; what cannot
// be found yet is told again, and found then.
func TestNewsThatComesBeforeTheAnswerStands(t *testing.T) {
	accepted, lost, refused := channel.Delivery{State: channel.Accepted}, channel.Delivery{State: channel.Unknown}, channel.Delivery{State: channel.Retry, Reason: "503"}
	for name, c := range map[string]struct {
		news   []channel.CallState
		answer channel.Delivery
		want   []string // rings
	}{
		"pressed 1":                   {[]channel.CallState{channel.Calling, channel.Answered, channel.Acknowledged}, accepted, nil},
		"pressed 1, and was refused":  {[]channel.CallState{channel.Acknowledged}, refused, nil},
		"pressed 1, and no answer":    {[]channel.CallState{channel.Acknowledged}, lost, nil},
		"busy":                        {[]channel.CallState{channel.Busy}, accepted, []string{"Ana call busy", "Ana mail sent", "Ana text sent"}},
		"busy, and was refused":       {[]channel.CallState{channel.Calling, channel.Busy}, refused, []string{"Ana call busy", "Ana mail sent", "Ana text sent"}},
		"rings":                       {[]channel.CallState{channel.Calling}, accepted, []string{"Ana call calling", "Ana mail waiting", "Ana text sent"}},
		"rings, and the answer lacks": {[]channel.CallState{channel.Calling}, lost, []string{"Ana call calling", "Ana mail waiting", "Ana text sent"}},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				told(d)
				e := &eager{Sender: d.Voice, answer: c.answer}
				for _, s := range c.news {
					e.news = append(e.news, channel.Call{State: s})
				}
				d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: e})
				d.SMS.SetSink(d.App)
				e.sink = d.App.Called
				d.Maria().Calls(d.Sam, "I have chest pain")
				minutes(d, d.Now().Add(6*time.Minute))
				wantWays(d, c.want...)
				if len(e.said) != len(c.news) {
					t.Errorf("the provider told %d times", len(e.said))
				}
				for _, err := range e.said {
					if err != nil {
						t.Error(err)
					}
				}
				checked(d)
			})
		})
	}
	testkit.Each(t, func(d *testkit.Desk) { // a provider that does not tell our id
		told(d)
		e := &eager{Sender: d.Voice, answer: accepted, silent: true, news: []channel.Call{{State: channel.Acknowledged}}}
		d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: e})
		d.SMS.SetSink(d.App)
		var early channel.Call
		e.sink = func(ctx context.Context, c channel.Call) error { early = c; return d.App.Called(ctx, c) }
		d.Maria().Calls(d.Sam, "I have chest pain")
		minutes(d, d.Now().Add(6*time.Minute))
		if len(e.said) != 1 || !desk.Is(e.said[0], desk.NotFound) {
			t.Fatalf("before the answer is stored: %v", e.said)
		}
		wantWays(d, "Ana call calling", "Ana mail waiting", "Ana text sent")
		d.Must(d.App.Called(d.Ctx(), early))
		wantWays(d)
	})
}

// News and the answer at the very same time: the call is acknowledged, and made once, whichever is stored first.
func TestNewsAndAnswerRace(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		var told sync.WaitGroup
		e := &eager{Sender: d.Voice, answer: channel.Delivery{State: channel.Accepted}, news: []channel.Call{{State: channel.Acknowledged}}}
		d.App = app.New(app.Options{DB: d.DB, SMS: d.SMS, Mail: d.Mail, Voice: e})
		d.SMS.SetSink(d.App)
		e.sink = func(_ context.Context, c channel.Call) error {
			told.Go(func() {
				err := d.App.Called(d.Ctx(), c)
				for desk.Is(err, desk.Unavailable) { // told again, as a provider does
					err = d.App.Called(d.Ctx(), c)
				}
				if err != nil {
					t.Error(err)
				}
			})
			return nil
		}
		for range 8 {
			d.Maria().Calls(d.Sam, "I have chest pain")
			d.Rosa().Calls(d.Sam, "I have chest pain")
			minutes(d, d.Now().Add(6*time.Minute))
			told.Wait()
			wantWays(d)
		}
		if n := len(e.said); n != 8 {
			t.Errorf("%d calls for eight times two alerts", n)
		}
		if n := len(d.Mail.Mails("ana@kept.example")); n != 0 {
			t.Errorf("%d mails to who had pressed 1", n)
		}
		checked(d)
	})
}

// A way that begins late is tried again too when its provider could not take it, for half an hour after the last
// instant at which a way may begin.
func TestAWayThatBeginsLateIsTriedAgain(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		told(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByText}, {By: coverage.ByCall, After: 4 * time.Hour}}, nil))
		d.Maria().Calls(d.Sam, "I have chest pain")
		began := d.Now()
		d.Settle()
		d.Voice.Down(true)
		d.Skip(began.Add(4 * time.Hour).Sub(d.Now()))
		d.Settle()
		if got := ways(d); got[0] != "Ana call later no connection" {
			t.Fatalf("after four hours: %v", got)
		}
		minutes(d, began.Add(4*time.Hour+29*time.Minute))
		if got := ways(d); got[0] != "Ana call later no connection" {
			t.Fatalf("half an hour later: %v", got)
		}
		d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "1"})
		d.Voice.Down(false)
		minutes(d, began.Add(4*time.Hour+30*time.Minute))
		if n := len(d.Voice.Calls(anasPhone)); n != 1 {
			t.Errorf("%d calls, rings %v", n, ways(d))
		}
		// Its end, for one that is never taken.
		d.Voice.Down(true)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Omar, "312-555-0192", []coverage.Rule{{By: coverage.ByCall, After: 4 * time.Hour}}, nil))
		d.Rosa().Calls(d.Sam, "I have chest pain")
		began = d.Now()
		d.Settle()
		d.Skip(began.Add(4 * time.Hour).Sub(d.Now()))
		for _, at := range []struct {
			after time.Duration
			want  string
		}{{29 * time.Minute, "Omar call later no connection"}, {32 * time.Minute, "Omar call failed no connection"}} {
			minutes(d, began.Add(4*time.Hour+at.after))
			if got := ways(d); !slices.Contains(got, at.want) {
				t.Errorf("%s after it was begun: %v", at.after, got)
			}
		}
	})
}

// Another node that comes too late for a ring leaves it as it is while it waits for its provider, and ends it only when
// somebody has what it is for.
func TestAnotherNodeDoesNotStopARingThatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func(...store.Options) *store.DB) {
		d := testkit.New(t, open)
		told(d)
		d.Must(d.App.SaveOwnContact(d.Ctx(), d.Ana, "312-555-0191", []coverage.Rule{{By: coverage.ByCall}}, nil))
		d.Voice.Down(true)
		d.Maria().Calls(d.Sam, "I have chest pain")
		d.Settle()
		wantWays(d, "Ana call later no connection")
		other := d.DB // SQLite has one writer
		if d.DB.Engine() == "postgres" {
			other = open(store.Options{Clock: d.Now})
		}
		d.Skip(time.Minute)
		// The other node has read what is due when this one takes it, and the provider is still down.
		var seen []desk.Ring
		d.Must(other.DeskRead(t.Context(), desk.System("test"), func(tx *store.DeskReadTx) (err error) {
			seen, err = tx.DueRings(d.Now())
			return err
		}))
		if len(seen) != 1 {
			t.Fatalf("due: %+v", seen)
		}
		late := func(when string, want string) {
			t.Helper()
			d.Must(other.System(t.Context(), "test", func(tx *store.SystemTx) error {
				ours, err := tx.TakeRing(seen[0], "x")
				if err == nil && ours {
					t.Errorf("%s the other node takes the ring", when)
				}
				if err != nil {
					return err
				}
				return tx.StopRing(seen[0])
			}))
			if got := strings.Join(ways(d), ", "); got != want {
				t.Errorf("%s: %s, not %s", when, got, want)
			}
		}
		d.Settle()
		late("when it waits again", "Ana call later no connection")

		// Both at once, again and again.
		apps := []*app.App{d.App, app.New(app.Options{DB: other, SMS: d.SMS, Mail: d.Mail, Voice: d.Voice})}
		for range 10 {
			d.Skip(30 * time.Second)
			sweepTogether(t, apps)
		}
		wantWays(d, "Ana call later no connection")
		d.Voice.Set(anasPhone, voice.Phone{Answers: true, Key: "1"})
		d.Voice.Down(false)
		minutes(d, d.Now().Add(2*time.Minute))
		wantWays(d)
		if n := len(d.Voice.Calls(anasPhone)); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// sweepTogether lets several nodes apply the clock at the same moment.
func sweepTogether(t *testing.T, nodes []*app.App) {
	t.Helper()
	var together sync.WaitGroup
	for _, a := range nodes {
		together.Go(func() {
			if _, _, err := a.Sweep(t.Context(), 100); err != nil && !desk.Is(err, desk.Unavailable) {
				t.Error(err)
			}
		})
	}
	together.Wait()
}

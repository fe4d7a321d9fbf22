package app_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/channel"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// Markers are in everything personal of Mercy. None of them ever reaches a viewer of St. Anne.
const (
	markName  = "Zzmarkname Mercyperson"
	markWords = "zzmarkwords about kilograms"
	markReply = "zzmarkreply choose the menu"
	markNote  = "zzmarknote for the next"
	markPhone = "+13125550123"
	markMail  = "zzmark@example.org"
)

// noClient are the acts that touch nothing of any client, or act for Kept itself, and why.
var noClient = map[string]string{
	"Now": "the clock", "Told": "a mark, and of nothing what it was", "LookAround": "Kept itself", "Engine": "Kept itself", "OpenWall": "the key is signed", "OpenShare": "the key is signed", "Ready": "the database answers and can be written to", "OnWork": "wiring", "Sweep": "Kept itself", "Send": "Kept itself", "Sweeper": "Kept itself",
	"Sender": "Kept itself", "NextDue": "an instant", "SweepLag": "a duration", "Answer": "answers are public", "FindAnswers": "answers are public",
	"MostAsked": "answers are public", "Skill": "skills are public", "Skills": "skills are public", "Hours": "of a client that the caller has", "CheckAsk": "checks what was typed",
	"ClientByHost": "hosts are public", "ClientBySlug": "short names are public", "Track": "the token is the key", "SignIn": "passwords", "SignOut": "a secret",
	"SignedIn": "a secret", "Bearer": "a secret", "BeginTOTP": "of the viewer", "ConfirmTOTP": "of the viewer", "EndTOTP": "of the viewer", "ChangePassword": "of the viewer", "SaveDisplay": "of the viewer", "SaveKeys": "of the viewer", "TypedInCall": "of the viewer", "CallsBegun": "of the viewer", "Macros": "texts of the desk", "AddMacro": "texts of the desk", "SaveMacro": "texts of the desk", "RetireMacro": "texts of the desk",
	"Clocker": "Kept itself", "Odds": "Kept itself, of a promise that it holds", "Study": "Kept itself", "FoldAndVerify": "Kept itself", "Fold": "Kept itself", "NextFold": "an instant", "Receipt": "from a provider", "TakeInbound": "for those who lead, over WaitingInbound", "Verify": "Kept itself", "Relay": "ids alone, to the filter of Listen", "AddStaff": "for administrators of the desk", "AddShifts": "for administrators of the desk", "AddClient": "for administrators of the desk",
	"Called": "from a provider", "PhoneNews": "a duration", "Calls": "counts of the viewer's clients", "NewFeed": "of the viewer", "Feed": "a secret", "RosterPage": "who works when belongs to the desk", "SaveRota": "of the desk, for those who lead", "ImportRotas": "for administrators of the desk", "RetireRota": "of the desk, for those who lead", "AddOverride": "of the desk, for those who lead", "EndOverride": "of the desk, for those who lead", "AskSwap": "of the viewer", "AnswerSwap": "of the viewer", "EndAbsence": "of the viewer, or for those who lead", "OwnContact": "of the viewer", "SaveOwnContact": "of the viewer", "SaveContact": "of the viewer, or for those who lead", "Certify": "of the desk, for those who lead",
}

// leadersToo are the acts that do not refuse a leader, and why.
var leadersToo = map[string]string{
	"Figures": "theirs", "ShareFigures": "theirs", "ShownShare": "theirs", "Shares": "theirs", "EndShare": "theirs", "TakeShare": "theirs", "OwnClient": "theirs", "OwnAgreement": "theirs", "AnswerAgreement": "theirs", "Receive": "a provider brings it, whoever the viewer is",
	"BeginTOTP": "their account", "ConfirmTOTP": "their account", "EndTOTP": "their account", "ChangePassword": "their account", "TypedInCall": "nothing", "Clients": "none", "Here": "nobody", "Draft": "an empty one, as for anybody who asks a question",
}

// What belongs to no client is refused too, whatever it is asked for.
func TestALeaderWorksNothing(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		for _, v := range []desk.Viewer{{Who: desk.WhoLeader, Staff: d.Sam.Staff, Role: desk.Leader, Of: d.Mercy.ID}, {Who: desk.WhoShare, Of: d.Mercy.ID}} { // the number alone opens nothing
			a, tried := reflect.ValueOf(d.App), 0
			for i := range a.NumMethod() {
				name, act := a.Type().Method(i).Name, a.Method(i)
				if noClient[name] == "" || leadersToo[name] != "" && (v.Who == desk.WhoLeader || leadersToo[name] != "their account") || act.Type().NumIn() < 2 || act.Type().In(1) != reflect.TypeOf(v) {
					continue
				}
				in := []reflect.Value{reflect.ValueOf(d.Ctx()), reflect.ValueOf(v)}
				for j := 2; j < act.Type().NumIn(); j++ {
					in = append(in, reflect.Zero(act.Type().In(j)))
				}
				out := act.Call(in)
				err, _ := out[len(out)-1].Interface().(error)
				if tried++; !desk.Is(err, desk.Forbidden) {
					t.Errorf("%s says %v to a leader", name, err)
				}
			}
			if tried < 20 {
				t.Errorf("only %d acts take a viewer", tried)
			}
		}
	})
}

func TestNobodySeesAnotherClient(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		ctx, a := d.Ctx(), d.App
		got, err := a.OpenTicket(ctx, d.Sam, d.Mercy.ID, app.TicketIn{Words: markWords, Via: desk.ViaPhone, Skill: "PORTAL", Channel: desk.BySMS, Note: markNote,
			Requester: app.RequesterIn{Name: markName, Phone: markPhone, Email: markMail, Proven: true}})
		d.Must(err)
		_, err = a.Reply(ctx, d.Sam, got.Ref, app.Words{Body: markReply})
		d.Must(err)
		rosa := d.Rosa().Calls(d.Sam, "no puedo entrar")
		draft := drafts(d, d.Mercy, nil)
		asked, err := a.ApproveAgreement(ctx, d.Ana, d.Mercy.ID, app.ApprovalIn{Version: draft.Version, Edit: draft.Edit})
		d.Must(err)
		d.Settle()
		page, err := a.TicketPage(ctx, d.Sam, got.Ref)
		d.Must(err)
		who, promise, ref := page.Requester.ID, got.Promise.ID, got.Ref
		before, err := a.Events(ctx, d.Sam, ref)
		d.Must(err)

		ladder, err := a.Escalation(ctx, d.Ana, d.Mercy.ID, app.ForPromises)
		d.Must(err)
		ladder.Steps = ladder.Steps[:1]
		d.Must(a.SaveEscalation(ctx, d.Ana, d.Mercy.ID, app.ForPromises, ladder))
		ladder, err = a.Escalation(ctx, d.Ana, d.Mercy.ID, app.ForPromises)
		d.Must(err)

		_, err = a.AddToken(ctx, desk.System("test"), d.Mercy.ID, "portal")
		d.Must(err)
		_, _, err = a.AddStaff(ctx, desk.System("test"), desk.Staff{Name: "Only Mercy", Login: "only@kept.example", Clients: []desk.ClientID{d.Mercy.ID}}, "", nil)
		d.Must(err)
		wall, err := a.WallAddress(ctx, d.Ana, d.Mercy.ID)
		d.Must(err)
		_, err = a.ShareFigures(ctx, d.Ana, d.Mercy.ID)
		d.Must(err)
		shares, err := a.Shares(ctx, d.Ana, d.Mercy.ID)
		d.Must(err)
		share := shares[0].ID

		// Everybody who may see St. Anne and nothing else.
		lead := d.Eve
		lead.Role = desk.Supervisor
		token := desk.Viewer{Who: desk.WhoToken, Token: 9, Name: "anne", Clients: []desk.ClientID{d.Anne.ID}}
		tracker, err := a.Track(ctx, rosa.Got.Token)
		d.Must(err)
		leads, own := desk.Viewer{Who: desk.WhoLeader, Staff: d.Sam.Staff, Role: desk.Leader, Of: d.Anne.ID}, desk.Viewer{Who: desk.WhoLeader, Staff: d.Eve.Staff, Role: desk.Leader, Of: d.Mercy.ID}
		for _, v := range []desk.Viewer{d.Eve, lead, token, tracker, leads, own, {Who: desk.WhoShare, Of: d.Anne.ID}, {Who: desk.WhoShare, Of: d.Mercy.ID}, desk.Guest(d.Anne.ID), {}} {
			// What staff of Mercy gave to the viewer by mistake: ids, numbers, the client's own id.
			stolen := desk.Tracking(d.Anne.ID, got.Ticket)
			mine := v.Who == desk.WhoRequester
			acts := map[string]func() (any, error){
				"AddAbsence": func() (any, error) {
					return a.AddAbsence(ctx, v, app.AbsenceIn{Staff: d.Sam.Staff, Start: d.Now(), End: d.Now().Add(time.Hour)})
				},
				"Hits": func() (any, error) {
					h, err := a.Hits(ctx, v, func() error {
						_, err := a.AddAbsence(ctx, v, app.AbsenceIn{Staff: d.Sam.Staff, Start: d.Now(), End: d.Now().Add(time.Hour)})
						return err
					})
					return h.Promises, err
				},
				"Agreement":  func() (any, error) { return a.Agreement(ctx, v, d.Mercy.ID) },
				"Agreements": func() (any, error) { return a.Agreements(ctx, v) },
				"ApproveAgreement": func() (any, error) {
					return a.ApproveAgreement(ctx, v, d.Mercy.ID, app.ApprovalIn{Version: draft.Version, Edit: draft.Edit})
				},
				"OwnAgreement": func() (any, error) {
					own, err := a.OwnAgreement(ctx, v, d.Mercy.ID)
					own.Client = desk.Client{} // who leads Mercy knows its name
					return own, err
				},
				"AnswerAgreement": func() (any, error) {
					x, err := a.AnswerAgreement(ctx, v, d.Mercy.ID, app.AnswerIn{Version: asked.Version, Edit: asked.Edit, Why: "x"})
					return x, err
				},
				"ClocksOf":   func() (any, error) { return a.ClocksOf(ctx, v, page) },
				"Clocks":     func() (any, error) { return a.Clocks(ctx, v, ref) },
				"ClocksSoon": func() (any, error) { return a.ClocksSoon(ctx, v, 10) },
				"DraftAgreement": func() (any, error) {
					return a.DraftAgreement(ctx, v, d.Mercy.ID, app.AgreementIn{Terms: draft.Terms, Version: draft.Version, Edit: draft.Edit})
				},
				"Explain": func() (any, error) { return a.Explain(ctx, v, ref) },
				"DismissWarning": func() (any, error) {
					return nil, a.DismissWarning(ctx, v, ref, desk.Warning{Metric: "first_response", Percent: 75})
				},
				"Warnings": func() (any, error) { return a.Warnings(ctx, v, 5) },
				"HearPhoneLine": func() (any, error) {
					return a.HearPhoneLine(ctx, v, desk.PhoneLine{Client: d.Mercy.ID, Name: "main"})
				},
				"HearPhoneCall": func() (any, error) {
					return a.HearPhoneCall(ctx, v, desk.PhoneCall{Client: d.Mercy.ID, Line: "main", Key: "1", Queued: d.Now()})
				},
				"EndPhoneLine": func() (any, error) { return nil, a.EndPhoneLine(ctx, v, d.Mercy.ID, "main") },
				"MoveTicket":   func() (any, error) { return nil, a.MoveTicket(ctx, v, ref, "USER") },
				"WaitFor": func() (any, error) {
					return nil, a.WaitFor(ctx, v, ref, desk.WaitSupplier, d.Now().Add(time.Hour), "Epic")
				},
				"Attainment":  func() (any, error) { return a.Attainment(ctx, v, d.Mercy.ID, d.Now().Add(-time.Hour), d.Now()) },
				"Merge":       func() (any, error) { return a.Merge(ctx, v, ref, app.MergeIn{Into: string(ref)}) },
				"BeforeMerge": func() (any, error) { return a.BeforeMerge(ctx, v, ref, "") },
				"RankTicket":  func() (any, error) { return a.RankTicket(ctx, v, ref, app.Hurt{Stopped: true}) },
				"WhatIf": func() (any, error) {
					return a.WhatIf(ctx, v, d.Mercy.ID, draft.Terms, d.Now().Add(-time.Hour), d.Now())
				},
				"WithdrawAgreement": func() (any, error) {
					return nil, a.WithdrawAgreement(ctx, v, d.Mercy.ID, draft.Version, draft.Edit)
				},
				"Escalation": func() (any, error) {
					e, err := a.Escalation(ctx, v, d.Mercy.ID, app.ForPromises)
					return e, err
				},
				"OwnEscalations": func() (any, error) { return a.OwnEscalations(ctx, v) },
				"SaveEscalation": func() (any, error) {
					return nil, a.SaveEscalation(ctx, v, d.Mercy.ID, app.ForPromises, ladder)
				},
				"DropEscalation": func() (any, error) {
					return nil, a.DropEscalation(ctx, v, d.Mercy.ID, app.ForPromises, ladder.Seen)
				},
				"AckAlert":     func() (any, error) { return nil, a.AckAlert(ctx, v, 1) },
				"AddNote":      func() (any, error) { return a.AddNote(ctx, v, ref, app.Words{Body: "x"}) },
				"AddToken":     func() (any, error) { return a.AddToken(ctx, v, d.Mercy.ID, "x") },
				"AddWords":     func() (any, error) { return a.AddWords(ctx, v, "x", "") },
				"AnswerHelped": func() (any, error) { return nil, a.AnswerHelped(ctx, v, d.Mercy.ID, "weight-in-pounds") },
				"Arrive":       func() (any, error) { _, err := a.Arrive(ctx, v, ref); return nil, err },
				"BeginCall":    func() (any, error) { return nil, a.BeginCall(ctx, v, ref, promise, 1) },
				"Figures": func() (any, error) {
					f, err := a.Figures(ctx, v, d.Mercy.ID, app.ThisMonth)
					f.Client = desk.Client{} // who leads Mercy knows its name
					return f, err
				},
				"ShareFigures": func() (any, error) { _, err := a.ShareFigures(ctx, v, d.Mercy.ID); return nil, err },
				"ShownShare": func() (any, error) {
					line, url, err := a.ShownShare(ctx, v, d.Mercy.ID, share)
					return fmt.Sprint(line.By, url), err
				},
				"Shares": func() (any, error) {
					list, err := a.Shares(ctx, v, d.Mercy.ID)
					if err == nil && (v.Who != desk.WhoLeader || v.Of != d.Mercy.ID) {
						t.Errorf("%s sees the links to Mercy's figures", v.Who)
					}
					return len(list), err
				},
				"TakeShare": func() (any, error) { return nil, a.TakeShare(ctx, v, d.Mercy.ID, share) },
				"EndShare":  func() (any, error) { return nil, a.EndShare(ctx, v, d.Mercy.ID, share) },
				"OwnClient": func() (any, error) {
					c, err := a.OwnClient(ctx, v)
					if err == nil && (v.Who != desk.WhoLeader || c.ID != v.Of) {
						t.Errorf("%s leads %s", v.Who, c.Name)
					}
					return c.ID, err
				},
				"FillMacro":    func() (any, error) { return a.FillMacro(ctx, v, ref, "hi") },
				"Here":         func() (any, error) { return a.Here(v), nil },
				"KeepTyped":    func() (any, error) { return nil, a.KeepTyped(ctx, v, app.Typed{Ref: ref, Place: "reply", Body: "x"}) },
				"Retitle":      func() (any, error) { return nil, a.Retitle(ctx, v, ref, "x") },
				"AskIfFixed":   func() (any, error) { return nil, a.AskIfFixed(ctx, v, ref) },
				"AskNewMail":   func() (any, error) { return a.AskNewMail(ctx, v, "new@example.org") },
				"AskNewNumber": func() (any, error) { return a.AskNewNumber(ctx, v, "+13125550111") },
				"AskWindows": func() (any, error) {
					ws, _, err := a.AskWindows(ctx, v, d.Mercy.ID, asks("x"))
					return ws, err
				},
				"Assign": func() (any, error) { return nil, a.Assign(ctx, v, ref, d.Sam.Staff) },
				"Board":  func() (any, error) { return a.Board(ctx, v, app.BoardFilter{Client: d.Mercy.ID}) },
				"Client": func() (any, error) { return a.Client(ctx, v, d.Mercy.ID) },
				"Coverage": func() (any, error) {
					return a.Coverage(ctx, v, app.CoverageFilter{Client: d.Mercy.ID})
				},
				"Clients": func() (any, error) { return a.Clients(ctx, v) },
				"Draft":   func() (any, error) { return a.Draft(ctx, v, d.Mercy.ID, "") },
				"Events":  func() (any, error) { return a.Events(ctx, v, ref) },
				"EnterCall": func() (any, error) {
					return nil, a.EnterCall(ctx, v, ref, promise, app.CallMade{At: d.Now(), Outcome: "reached"})
				},
				"FindCallers": func() (any, error) { return a.FindCallers(ctx, v, d.Mercy.ID, markPhone) },
				"FinishCall": func() (any, error) {
					return a.FinishCall(ctx, v, app.CallIn{Client: d.Mercy.ID, Ref: string(ref), Words: "x", Ending: "solved"})
				},
				"GivePromise": func() (any, error) { return nil, a.GivePromise(ctx, v, ref, promise, d.Eve.Staff, "") },
				"HavePromise": func() (any, error) { return nil, a.HavePromise(ctx, v, ref, promise) },
				"KeepPromise": func() (any, error) { return nil, a.KeepPromise(ctx, v, ref, promise, "", nil) },
				"Listen":      nil, // below
				"ListenSince": nil, // by the same filter
				"MakePromise": func() (any, error) { return a.MakePromise(ctx, v, ref, app.PromiseIn{Kind: desk.Update}) },
				"MissedCall":  func() (any, error) { return nil, a.MissedCall(ctx, v, ref, promise, "busy") },
				"MovePromise": func() (any, error) { return a.MovePromise(ctx, v, ref, promise, desk.MovedByUs, d.At(3, 8, 0)) },
				"NotNeeded":   func() (any, error) { return nil, a.NotNeeded(ctx, forged(v, stolen)) },
				"OpenTicket": func() (any, error) {
					return a.OpenTicket(ctx, v, d.Mercy.ID, app.TicketIn{Words: "x", Requester: app.RequesterIn{ID: who}})
				},
				"PickTime": func() (any, error) { return nil, a.PickTime(ctx, v, d.At(3, 8, 0)) },
				"Promises": func() (any, error) { return a.Promises(ctx, v, ref) },
				"Queue":    func() (any, error) { return a.Queue(ctx, v, app.QueueFilter{Client: d.Mercy.ID}) },
				"Receive": func() (any, error) { // a text to St. Anne from Mercy's patient opens a question there
					return nil, a.Receive(ctx, channel.Inbound{Channel: channel.SMS, ProviderID: fmt.Sprint("w", v.Who, v.Role), From: markPhone, To: d.Anne.Phone, Text: "HELP", At: d.Now()})
				},
				"Reply":     func() (any, error) { return a.Reply(ctx, v, ref, app.Words{Body: "x"}) },
				"Requester": func() (any, error) { return a.Requester(ctx, v, d.Mercy.ID, who) },
				"Requesters": func() (any, error) {
					list, _, err := a.Requesters(ctx, v, d.Mercy.ID, markPhone, "", 10)
					return list, err
				},
				"Screen":           func() (any, error) { return a.Screen(ctx, v, app.ScreenParts{Queue: &app.QueueFilter{}, Ref: ref}) },
				"SaveDraft":        func() (any, error) { return nil, a.SaveDraft(ctx, v, d.Mercy.ID, app.Draft{Key: "x"}) },
				"SayFixed":         func() (any, error) { return nil, a.SayFixed(ctx, forged(v, stolen)) },
				"SayNotFixed":      func() (any, error) { return a.SayNotFixed(ctx, forged(v, stolen), "", "", time.Time{}) },
				"Search":           func() (any, error) { fs, _, err := a.Search(ctx, v, "zzmarkwords", 10); return fs, err },
				"SendAsk":          func() (any, error) { return a.SendAsk(ctx, v, d.Mercy.ID, app.Draft{Key: "x", Ask: asks("x")}, "") },
				"SendLink":         func() (any, error) { return nil, a.SendLink(ctx, v, d.Anne.ID, string(ref), "") },
				"SendQuestionCode": func() (any, error) { return a.SendQuestionCode(ctx, v) },
				"ShowQuestion":     func() (any, error) { return a.ShowQuestion(ctx, v, "000000") },
				"Similar":          func() (any, error) { return a.Similar(ctx, v, markWords) },
				"Strip":            func() (any, error) { return a.Strip(ctx, v) },
				"TakeNewNumber":    func() (any, error) { return nil, a.TakeNewNumber(ctx, v, "000000") },
				"Ticket":           func() (any, error) { return a.Ticket(ctx, v, ref) },
				"TicketPage":       func() (any, error) { return a.TicketPage(ctx, v, ref) },
				"Tickets":          func() (any, error) { return a.Tickets(ctx, v, app.TicketFilter{Client: d.Mercy.ID}) },
				"Tracker":          func() (any, error) { return a.Tracker(ctx, v) },
				"TrackerWindows":   func() (any, error) { return a.TrackerWindows(ctx, v) },
				"TryPromise":       func() (any, error) { return nil, a.TryPromise(ctx, v, ref, promise) },
				"VoidTicket":       func() (any, error) { return nil, a.VoidTicket(ctx, v, ref, "x") },
				"Handover":         func() (any, error) { return a.Handover(ctx, v, 0) },
				"NoteHandover": func() (any, error) {
					return nil, a.NoteHandover(ctx, v, 1, ref, promise, desk.HandoverWords{}, desk.HandoverWords{Summary: "x"})
				},
				"AcceptPromise":    func() (any, error) { return nil, a.AcceptPromise(ctx, v, 1, ref, promise, desk.HandoverWords{}, "x") },
				"SignHandover":     func() (any, error) { return nil, a.SignHandover(ctx, v, 1, "x") },
				"Wall":             func() (any, error) { return a.Wall(ctx, v, d.Mercy.ID) },
				"WallAddress":      func() (any, error) { _, err := a.WallAddress(ctx, v, d.Mercy.ID); return nil, err },
				"ShownWallAddress": func() (any, error) { _, key, err := a.ShownWallAddress(ctx, v, wall); return key, err },
				"WallAddresses": func() (any, error) {
					list, err := a.WallAddresses(ctx, v)
					for _, w := range list {
						if w.Scope == d.Mercy.ID {
							t.Errorf("%s sees an address of Mercy", v.Who)
						}
					}
					return list, err
				},
				"TakeWallAddress": func() (any, error) { return nil, a.TakeWallAddress(ctx, v, wall) },
				"EndWallAddress":  func() (any, error) { return nil, a.EndWallAddress(ctx, v, wall) },
				"EndTokens":       func() (any, error) { return a.EndTokens(ctx, v, "portal") },
				"EndStaff":        func() (any, error) { _, err := a.EndStaff(ctx, v, "only@kept.example"); return nil, err },
				"LeaveClients": func() (any, error) {
					_, err := a.LeaveClients(ctx, v, "only@kept.example", []desk.ClientID{d.Mercy.ID})
					return nil, err
				},
				"EndWait":    func() (any, error) { return nil, a.EndWait(ctx, v, ref) },
				"WindowsFor": func() (any, error) { return a.WindowsFor(ctx, v, d.Mercy.ID, "PORTAL", "", d.Now(), 1) },
			}
			kind := reflect.TypeOf(a)
			for i := range kind.NumMethod() {
				name := kind.Method(i).Name
				if _, ok := acts[name]; !ok && noClient[name] == "" {
					t.Errorf("nobody tests the wall around %s", name)
				}
			}
			var names []string
			for name, act := range acts {
				if act != nil {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				result, err := acts[name]()
				said := fmt.Sprintf("%+v %v", result, err)
				for _, mark := range []string{markName, "Zzmark", "zzmark", markPhone, "0123 ", string(ref), got.Token, "mercy.help"} {
					if strings.Contains(said, mark) {
						t.Errorf("%s by %s %s gives %q: %.300s", name, v.Who, v.Role, mark, said)
					}
				}
				if err != nil && (desk.Is(err, desk.Internal) || desk.Is(err, desk.Unavailable)) {
					t.Errorf("%s by %s: %v", name, v.Who, err)
				}
				// A shared link opens the counts, and no other door that a leader has.
				theirs := leadersToo[name] == "theirs" && (v.Who == desk.WhoLeader || name == "Figures")
				if v.Of != 0 && err == nil && !theirs && (leadersToo[name] == "" || leadersToo[name] == "theirs") {
					t.Errorf("%s is open to a %s of client %d: %.300s", name, v.Who, v.Of, said)
				}
				toMercy := slices.Contains([]string{"Agreement", "Attainment", "AnswerAgreement", "ApproveAgreement", "OwnAgreement", "Clocks", "ClocksOf", "DraftAgreement", "Figures", "Explain", "RankTicket", "WhatIf", "WithdrawAgreement", "AddNote", "Arrive", "BeginCall", "FillMacro", "KeepTyped", "Retitle", "AskIfFixed", "Assign", "Client", "Events", "FindCallers", "FinishCall", "GivePromise", "HavePromise", "KeepPromise", "MakePromise",
					"MissedCall", "MovePromise", "OpenTicket", "Promises", "Reply", "Requester", "Requesters", "Screen", "SendAsk", "SaveDraft", "Ticket", "TicketPage", "TryPromise", "BeforeMerge", "VoidTicket", "WindowsFor", "EnterCall", "WaitFor", "MoveTicket", "Coverage", "EndWallAddress", "TakeWallAddress", "TakeShare", "ShownWallAddress", "ShareFigures", "ShownShare", "Shares", "EndShare", "HearPhoneLine", "HearPhoneCall", "EndPhoneLine", "EndStaff", "LeaveClients", "EndTokens"}, name)
				if toMercy && !mine && err == nil && !(theirs && v.Of == d.Mercy.ID) {
					t.Errorf("%s by %s %s reached Mercy", name, v.Who, v.Role)
				}
			}
		}
		after, err := a.Events(ctx, d.Sam, ref)
		d.Must(err)
		if len(after) != len(before) {
			t.Errorf("Mercy's ticket has changed: %+v", after[len(before):])
		}
	})
}

// forged is the viewer of St. Anne with the ticket id of another client in it; other viewers stay.
func forged(v, stolen desk.Viewer) desk.Viewer {
	if v.Who == desk.WhoRequester {
		return stolen
	}
	return v
}

// Changes are heard by their own client only.
func TestNobodyHearsAnotherClient(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		eve, sam := d.App.Listen(d.Ctx(), d.Eve), d.App.Listen(d.Ctx(), d.Sam)
		d.Maria().Calls(d.Sam, "pounds please")
		if ch := <-sam; ch.Client != d.Mercy.ID {
			t.Fatalf("Sam heard %+v", ch)
		}
		select {
		case ch := <-eve:
			t.Fatalf("Eve heard %+v", ch)
		default:
		}
	})
}

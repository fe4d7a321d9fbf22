package app_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/testkit"
)

// evenings is a rota of Sam and Priya for the evening in which nobody has a shift; both know the portal.
func evenings(d *testkit.Desk) desk.Rota {
	d.T.Helper()
	d.Must(d.DB.System(d.Ctx(), "test", func(tx *store.SystemTx) error { return tx.AddSkillTo(d.Sam.Staff, "PORTAL", time.Time{}) }))
	r, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{Name: "Early birds", Layers: []app.LayerIn{{People: []desk.StaffID{d.Priya.Staff, d.Sam.Staff}, Every: coverage.Daily, Count: 1,
		Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: "05:00-08:00"}}, Seats: 1})
	d.Must(err)
	return r
}

func wrongAt(err error, field, code string) bool {
	e, ok := err.(*desk.Error)
	return ok && slices.ContainsFunc(e.Fields, func(f desk.FieldError) bool { return f.Field == field && f.Code == code })
}

// A rota makes windows that can be promised, and a promise in one keeps its seat whatever changes.
func TestARotaMakesWindows(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		evenings(d)
		maria := d.Maria()
		maria.Calls(d.Sam, "pounds please")
		p, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(3, 5, 0)})
		d.Must(err)
		if p.Owner != d.Priya.Staff {
			t.Fatalf("Priya has the first turn, and %d is promised", p.Owner)
		}
		// The one seat is taken, and stays so.
		if _, err := d.App.MakePromise(d.Ctx(), d.Sam, d.Rosa().Calls(d.Sam, "no puedo").Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(3, 5, 0)}); code(err) != "window.taken" {
			t.Errorf("the same seat twice: %v", err)
		}
		board, err := d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.AtRisk) != 0 {
			t.Errorf("nothing is wrong, and the board says %+v", board.AtRisk)
		}

		// Priya is away: the promise is on the board at once, 12 hours ahead, with its reason.
		x, err := d.App.AddAbsence(d.Ctx(), d.Priya, app.AbsenceIn{Start: d.At(3, 0, 0), End: d.At(4, 0, 0)})
		d.Must(err)
		board, err = d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.AtRisk) != 1 || board.AtRisk[0].Promise.ID != p.ID || board.AtRisk[0].Danger.Says() != "owner off shift" {
			t.Fatalf("at risk: %+v", board.AtRisk)
		}
		d.Must(d.App.EndAbsence(d.Ctx(), d.Priya, x.ID))
		board, err = d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{})
		d.Must(err)
		if len(board.AtRisk) != 0 {
			t.Errorf("she is back, and the board says %+v", board.AtRisk)
		}
	})
}

// What is wrong with a rota is said at its field.
func TestARotaThatCannotBe(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		good := app.RotaIn{Name: "Nights", Layers: []app.LayerIn{{People: []desk.StaffID{d.Priya.Staff}, Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "22:00", Start: "2026-06-03", Hours: "22:00-05:00"}}, Seats: 1}
		for field, c := range map[string]struct {
			code string
			with func(*app.RotaIn)
		}{
			"people": {"rota.empty", func(in *app.RotaIn) { in.Layers[0].People = nil }},
			"zone":   {"zone.unknown", func(in *app.RotaIn) { in.Layers[0].Zone = "America/Springfield" }},
			"end":    {"end.early", func(in *app.RotaIn) { in.Layers[0].End = "2026-06-01" }},
			"at":     {"time.invalid", func(in *app.RotaIn) { in.Layers[0].At = "25:00" }},
			"hours":  {"hours.invalid", func(in *app.RotaIn) { in.Layers[0].Hours = "evening" }},
			"name":   {"name.missing", func(in *app.RotaIn) { in.Name = " " }},
			"count":  {"count.invalid", func(in *app.RotaIn) { in.Layers[0].Count = 0 }},
		} {
			in := good
			in.Layers = slices.Clone(good.Layers)
			c.with(&in)
			if _, err := d.App.SaveRota(d.Ctx(), d.Ana, in); !wrongAt(err, field, c.code) {
				t.Errorf("%s: %v", field, err)
			}
		}
		long := good
		long.Layers = slices.Clone(good.Layers)
		for range 201 {
			long.Layers[0].People = append(long.Layers[0].People, d.Priya.Staff)
		}
		if _, err := d.App.SaveRota(d.Ctx(), d.Ana, long); !wrongAt(err, "people", "rota.long") {
			t.Errorf("202 turns: %v", err)
		}
		// Priya is at work from 8 to 4 already.
		in := good
		in.Layers = slices.Clone(good.Layers)
		in.Layers[0].Hours, in.Layers[0].At = "07:00-10:00", "07:00"
		_, err := d.App.SaveRota(d.Ctx(), d.Ana, in)
		if !wrongAt(err, "people", "shift.overlaps") || !strings.Contains(err.(*desk.Error).Fields[0].Message, "Priya Nair has a shift already") {
			t.Errorf("an overlap: %v", err)
		}
		if _, err := d.App.SaveRota(d.Ctx(), d.Sam, good); !desk.Is(err, desk.Forbidden) {
			t.Errorf("Sam does not lead: %v", err)
		}
		// Two who lead have the same version open: one is refused with a sentence.
		r, err := d.App.SaveRota(d.Ctx(), d.Ana, good)
		d.Must(err)
		in = good
		in.ID, in.Version = r.ID, r.Version
		errs := make([]error, 2)
		var both sync.WaitGroup
		for i, v := range []desk.Viewer{d.Ana, d.Omar} {
			both.Go(func() { _, errs[i] = d.App.SaveRota(d.Ctx(), v, in) })
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || code(errs[0])+code(errs[1]) != "rota.changed" {
			t.Errorf("both at once: %v, %v", errs[0], errs[1])
		}
	})
}

// A swap needs two yes. A booked seat of a swapped turn shows on the board.
func TestASwapNeedsBoth(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		span := func(day int) coverage.Span { return coverage.Span{Start: d.At(day, 5, 0), End: d.At(day, 8, 0)} }
		if _, err := d.App.AskSwap(d.Ctx(), d.Sam, app.SwapIn{Rota: r.ID, To: d.Priya.Staff, Give: span(3), Take: span(4)}); !wrongAt(err, "give", "swap.turn") {
			t.Errorf("Sam gives a turn of Priya: %v", err)
		}
		s, err := d.App.AskSwap(d.Ctx(), d.Priya, app.SwapIn{Rota: r.ID, To: d.Sam.Staff, Give: span(3), Take: span(4)})
		d.Must(err)
		turns := func() (who []int64) {
			for _, line := range must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas {
				for _, turn := range line.Turns[:2] {
					who = append(who, int64(turn.Person))
				}
			}
			return who
		}
		before := turns()
		if _, err := d.App.AnswerSwap(d.Ctx(), d.Priya, s.ID, app.SwapYes); !desk.Is(err, desk.Conflict) {
			t.Errorf("Priya says yes for Sam: %v", err)
		}
		if _, err := d.App.AnswerSwap(d.Ctx(), d.Ana, s.ID, app.SwapYes); !desk.Is(err, desk.NotFound) {
			t.Errorf("Ana is not asked: %v", err)
		}
		if !slices.Equal(before, turns()) {
			t.Error("the turns have changed before there were two yes")
		}
		d.Must(only(d.App.AnswerSwap(d.Ctx(), d.Sam, s.ID, app.SwapYes)))
		if after := turns(); after[0] != before[1] || after[1] != before[0] {
			t.Errorf("%v became %v", before, after)
		}
		if _, err := d.App.AnswerSwap(d.Ctx(), d.Priya, s.ID, app.SwapWithdraw); !desk.Is(err, desk.Conflict) {
			t.Errorf("too late: %v", err)
		}
	})
}

// An override changes one span, and has an end.
func TestAnOverride(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		in := app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Sam.Staff, Start: d.At(3, 5, 0)}
		if err := d.App.AddOverride(d.Ctx(), d.Ana, in); !wrongAt(err, "end", "end.missing") {
			t.Errorf("without an end: %v", err)
		}
		in.End = d.At(3, 8, 0)
		d.Must(d.App.AddOverride(d.Ctx(), d.Ana, in))
		if err := d.App.AddOverride(d.Ctx(), d.Omar, in); code(err) != "rota.changed" && !wrongAt(err, "out", "override.not_on") {
			t.Errorf("Omar saw the rota before: %v", err)
		}
		page := must(d.App.RosterPage(d.Ctx(), d.Ana))
		if first := page.Rotas[0].Turns[0]; first.Person != d.Sam.Staff || len(page.Rotas[0].Overrides) != 1 {
			t.Errorf("the first turn is of %s", first.Who)
		}
		d.Must(d.App.EndOverride(d.Ctx(), d.Ana, r.ID, page.Rotas[0].Rota.Version, page.Rotas[0].Overrides[0].ID))
		if page = must(d.App.RosterPage(d.Ctx(), d.Ana)); page.Rotas[0].Turns[0].Person != d.Priya.Staff {
			t.Error("the override is still in force")
		}
	})
}

// A certificate that runs out closes the windows behind it; who may say what is theirs to say.
func TestCertificatesAndContacts(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		d.Must(d.App.Certify(d.Ctx(), d.Ana, d.Priya.Staff, "PORTAL", d.At(3, 10, 0)))
		ws, err := d.App.WindowsFor(d.Ctx(), d.Sam, d.Mercy.ID, "PORTAL", "", d.At(3, 0, 0), 1)
		d.Must(err)
		for _, w := range ws {
			if w.Covered != (!w.Start.Before(d.At(3, 8, 0)) && !w.End.After(d.At(3, 10, 0))) {
				t.Errorf("%s covered: %v", w.Start, w.Covered)
			}
		}
		if err := d.App.Certify(d.Ctx(), d.Sam, d.Sam.Staff, "PORTAL", time.Time{}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("Sam certifies himself: %v", err)
		}
		if err := d.App.SaveContact(d.Ctx(), d.Sam, d.Sam.Staff, app.ContactIn{Phone: "12"}); !wrongAt(err, "phone", "phone.invalid") {
			t.Errorf("a short number: %v", err)
		}
		d.Must(d.App.SaveContact(d.Ctx(), d.Sam, d.Sam.Staff, app.ContactIn{Phone: "312-555-0188"}))
		if err := d.App.SaveContact(d.Ctx(), d.Sam, d.Ana.Staff, app.ContactIn{}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("Sam changes Ana: %v", err)
		}
		if _, err := d.App.AddAbsence(d.Ctx(), d.Sam, app.AbsenceIn{Staff: d.Ana.Staff, Start: d.Now(), End: d.Now().Add(time.Hour)}); !desk.Is(err, desk.Forbidden) {
			t.Errorf("Sam says that Ana is away: %v", err)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func only[T any](_ T, err error) error { return err }

// A form that is sent twice promises once, also where its seat was the last.
func TestAPromiseSentTwiceTakesTheLastSeatOnce(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		evenings(d)
		maria, seven := d.Maria().Calls(d.Sam, "pounds please"), app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(3, 7, 0)}
		first, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, seven)
		d.Must(err)
		again, err := d.App.MakePromise(d.Ctx(), d.Sam, maria.Got.Ref, seven)
		if err != nil || again.ID != first.ID {
			t.Errorf("the second is %d of %d, %v", again.ID, first.ID, err)
		}
		if _, err := d.App.MakePromise(d.Ctx(), d.Ana, maria.Got.Ref, seven); code(err) != "window.taken" {
			t.Errorf("the same of somebody else: %v", err)
		}
		if _, err := d.App.MakePromise(d.Ctx(), d.Sam, d.Rosa().Calls(d.Sam, "no puedo").Got.Ref, seven); code(err) != "window.taken" {
			t.Errorf("the same for somebody else: %v", err)
		}
	})
}

// Whoever changes who works when, or until when somebody is certified, is told how many promises that hits, in the same
// answer and in whichever way they change it. What it does not endanger, or what was in danger before, is no hit.
func TestAChangeOfTheRosterSaysWhichPromisesItHits(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		promise := func(hour int) {
			_, err := d.App.MakePromise(d.Ctx(), d.Sam, d.Maria().Calls(d.Sam, "pounds please").Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(3, hour, 0)})
			d.Must(err)
		}
		for hour := range 3 {
			promise(5 + hour)
		}
		hits := func(change func() error) app.Hits {
			d.T.Helper()
			h, err := d.App.Hits(d.Ctx(), d.Ana, change)
			d.Must(err)
			return h
		}
		tells := func(how string, h app.Hits, n int, says string) {
			d.T.Helper()
			if h.Promises != n || h.Says() != says || n > 0 && h.Owner != d.Priya.Staff {
				t.Errorf("%s: %+v %q, want %q", how, h, h.Says(), says)
			}
		}
		away := func(who desk.Viewer, from, until time.Time) func() error {
			return func() error {
				_, err := d.App.AddAbsence(d.Ctx(), d.Ana, app.AbsenceIn{Staff: who.Staff, Start: from, End: until})
				return err
			}
		}
		const none, all = "It puts no promise at risk.", "It puts 3 promises of Priya Nair at risk. Nobody has taken over yet."
		tells("Sam is away", hits(away(d.Sam, d.At(3, 0, 0), d.At(4, 0, 0))), 0, none)
		tells("Priya goes at six", hits(away(d.Priya, d.At(3, 6, 30), d.At(4, 0, 0))), 1, "It puts 1 promise of Priya Nair at risk. Nobody has taken over yet.")
		tells("and comes late", hits(away(d.Priya, d.At(3, 4, 0), d.At(3, 6, 30))), 2, "It puts 2 promises of Priya Nair at risk. Nobody has taken over yet.")
		tells("and is away all day", hits(away(d.Priya, d.At(3, 0, 0), d.At(4, 0, 0))), 0, "")
		for _, a := range must(d.App.RosterPage(d.Ctx(), d.Ana)).Away {
			d.Must(d.App.EndAbsence(d.Ctx(), d.Ana, a.ID))
		}
		until := func(at time.Time) func() error {
			return func() error { return d.App.Certify(d.Ctx(), d.Ana, d.Priya.Staff, "PORTAL", at) }
		}
		tells("her certificate ends", hits(until(d.At(3, 5, 0))), 3, all)
		tells("it is renewed", hits(until(time.Time{})), 0, none)
		version := func() int { return must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0].Rota.Version }
		tells("somebody else comes", hits(func() error {
			return d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: version(), Out: d.Priya.Staff, In: d.Sam.Staff, Start: d.At(3, 5, 0), End: d.At(3, 8, 0)})
		}), 3, all)
		line := must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0]
		d.Must(d.App.EndOverride(d.Ctx(), d.Ana, r.ID, line.Rota.Version, line.Overrides[0].ID))
		tells("the rota has other people", hits(func() error {
			_, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{ID: r.ID, Version: version(), Name: "Early birds", Layers: []app.LayerIn{{ID: r.Layers[0].ID, People: []desk.StaffID{d.Sam.Staff},
				Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: "05:00-08:00"}}, Seats: 1})
			return err
		}), 3, all)
		tells("nothing changes", hits(func() error { return nil }), 0, "")
		if board := must(d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{Owner: d.Priya.Staff})); len(board.AtRisk) != 3 || board.Whose != "Priya Nair" {
			t.Errorf("on the board of %q %d are at risk", board.Whose, len(board.AtRisk))
		}
		if board := must(d.App.Board(d.Ctx(), d.Ana, app.BoardFilter{Owner: d.Sam.Staff})); len(board.AtRisk) != 0 {
			t.Errorf("of Sam %d are at risk", len(board.AtRisk))
		}
		if _, err := d.App.Hits(d.Ctx(), d.Ana, away(d.Priya, d.At(5, 0, 0), d.At(4, 0, 0))); !desk.Is(err, desk.Invalid) {
			t.Errorf("what was refused: %v", err)
		}
	})
}

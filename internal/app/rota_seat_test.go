package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kept/internal/app"
	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/testkit"
)

// at7 promises Maria the one seat of seven o'clock in the morning with Priya, and gives a way to promise it once more.
func at7(d *testkit.Desk) (desk.Rota, func() error) {
	d.T.Helper()
	r := evenings(d)
	one := app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: d.At(3, 7, 0)}
	p, err := d.App.MakePromise(d.Ctx(), d.Sam, d.Maria().Calls(d.Sam, "pounds please").Got.Ref, one)
	d.Must(err)
	if p.Owner != d.Priya.Staff {
		d.T.Fatalf("Priya has the first turn, and %d is promised", p.Owner)
	}
	ref := d.Rosa().Calls(d.Sam, "no puedo").Got.Ref
	return r, func() error {
		_, err := d.App.MakePromise(d.Ctx(), d.Sam, ref, one)
		return err
	}
}

// A seat is of a person and an instant: whatever changes the start of a turn, the seats of what remains are taken.
func TestASeatStaysTakenWhenItsTurnStartsAtAnotherTime(t *testing.T) {
	for name, change := range map[string]func(*testkit.Desk, desk.Rota){
		"an override of the first hour": func(d *testkit.Desk, r desk.Rota) {
			d.Must(d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Sam.Staff, Start: d.At(3, 5, 0), End: d.At(3, 6, 0)}))
		},
		"an override that is taken back": func(d *testkit.Desk, r desk.Rota) {
			d.Must(d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Sam.Staff, Start: d.At(3, 5, 0), End: d.At(3, 6, 0)}))
			line := must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0]
			d.Must(d.App.EndOverride(d.Ctx(), d.Ana, r.ID, line.Rota.Version, line.Overrides[0].ID))
		},
		"a swap of the first hour": func(d *testkit.Desk, r desk.Rota) {
			s, err := d.App.AskSwap(d.Ctx(), d.Priya, app.SwapIn{Rota: r.ID, To: d.Sam.Staff, Give: coverage.Span{Start: d.At(3, 5, 0), End: d.At(3, 6, 0)}})
			d.Must(err)
			_, err = d.App.AnswerSwap(d.Ctx(), d.Sam, s.ID, app.SwapYes)
			d.Must(err)
		},
		"hours that begin earlier": func(d *testkit.Desk, r desk.Rota) {
			_, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{ID: r.ID, Version: r.Version, Name: "Early birds", Layers: []app.LayerIn{{ID: r.Layers[0].ID, People: []desk.StaffID{d.Priya.Staff, d.Sam.Staff},
				Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: "04:30-08:00"}}, Seats: 1})
			d.Must(err)
		},
		"another rota with the same turn": func(d *testkit.Desk, r desk.Rota) {
			d.Must(d.App.RetireRota(d.Ctx(), d.Ana, r.ID, r.Version))
			evenings(d)
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Each(t, func(d *testkit.Desk) {
				r, again := at7(d)
				if err := again(); code(err) != "window.taken" {
					t.Fatalf("the one seat a second time: %v", err)
				}
				change(d, r)
				if err := again(); code(err) != "window.taken" {
					t.Errorf("the one seat a second time after %s: %v", name, err)
				}
			})
		})
	}
}

// What somebody can keep in an hour holds for repairs that are promised at the same moment.
func TestRepairsOfOneMomentKeepTheHourOfWhoeverLeads(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		one := 1
		for _, v := range []desk.Viewer{d.Ana, d.Omar} {
			d.Must(d.App.SaveContact(d.Ctx(), v, v.Staff, app.ContactIn{Phone: "312-555-0188", Promises: &one}))
		}
		var refs []desk.Ref
		for i := range 4 {
			got, err := d.App.OpenTicket(d.Ctx(), d.Sam, d.Mercy.ID, app.TicketIn{Words: "pounds", Via: desk.ViaPhone, Lang: "en", Skill: "PORTAL", Channel: desk.BySMS,
				Requester: app.RequesterIn{Name: "M", Phone: fmt.Sprintf("+1312555%04d", 130+i), Proven: true}})
			d.Must(err)
			_, err = d.App.MakePromise(d.Ctx(), d.Sam, got.Ref, app.PromiseIn{Kind: desk.Update, Due: d.At(3, 9, 0)})
			d.Must(err)
			refs = append(refs, got.Ref)
		}
		d.AdvanceTo(d.At(3, 9, 1))
		type hour struct {
			who desk.StaffID
			at  time.Time
		}
		kept := map[hour]int{}
		for _, r := range refs {
			ps, err := d.App.Promises(d.Ctx(), d.Ana, r)
			d.Must(err)
			for _, p := range ps {
				if p.RepairOf != 0 {
					kept[hour{p.Owner, p.Start.Truncate(time.Hour)}]++
				}
			}
		}
		if len(kept) != len(refs) {
			t.Errorf("%d repairs, one for each hour of each who leads: %v", len(refs), kept)
		}
	})
}

func turnsOf(d *testkit.Desk) (who []desk.StaffID) {
	d.T.Helper()
	for _, turn := range must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0].Turns {
		who = append(who, turn.Person)
	}
	return who
}

// A swap of a turn that somebody has by an override would change nothing: it is refused when it is asked, and when
// the override came before the answer, and says whom to ask. Nobody thinks that somebody else comes.
func TestASwapOfAnOverrideIsRefused(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		first := coverage.Span{Start: d.At(3, 5, 0), End: d.At(3, 6, 0)}
		d.Must(d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Ana.Staff, Start: first.Start, End: first.End}))
		_, err := d.App.AskSwap(d.Ctx(), d.Ana, app.SwapIn{Rota: r.ID, To: d.Sam.Staff, Give: first})
		if !wrongAt(err, "give", "swap.override") || !strings.Contains(err.(*desk.Error).Fields[0].Message, "ask whoever leads to change the override") {
			t.Errorf("asked for: %v", err)
		}
		// The rest of the turn is Priya's, and can be swapped.
		s, err := d.App.AskSwap(d.Ctx(), d.Priya, app.SwapIn{Rota: r.ID, To: d.Sam.Staff, Give: coverage.Span{Start: d.At(3, 6, 0), End: d.At(3, 8, 0)}})
		d.Must(err)
		d.Must(only(d.App.AnswerSwap(d.Ctx(), d.Sam, s.ID, app.SwapYes)))
		if who := turnsOf(d); who[0] != d.Ana.Staff || who[1] != d.Sam.Staff {
			t.Errorf("on the rota: %v", who)
		}
	})
}

// Half of a swap is nobody's agreement: a change of the rota that takes one of its turns away ends it, and both see so.
func TestASwapEndsWithAChangeOfItsRota(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		span := func(day int) coverage.Span { return coverage.Span{Start: d.At(day, 5, 0), End: d.At(day, 8, 0)} }
		swap := func(give, take int) {
			s, err := d.App.AskSwap(d.Ctx(), d.Priya, app.SwapIn{Rota: r.ID, To: d.Sam.Staff, Give: span(give), Take: span(take)})
			d.Must(err)
			d.Must(only(d.App.AnswerSwap(d.Ctx(), d.Sam, s.ID, app.SwapYes)))
		}
		save := func(name string, people ...desk.StaffID) {
			d.Must(only(d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{ID: r.ID, Version: must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0].Rota.Version, Name: name, Layers: []app.LayerIn{{ID: r.Layers[0].ID, People: people,
				Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "04:00", Start: "2026-06-03", Hours: "05:00-08:00"}}, Seats: 1})))
		}
		swap(3, 4)
		save("Larks", d.Priya.Staff, d.Sam.Staff) // its turns are as they were
		if who := turnsOf(d); who[0] != d.Sam.Staff || who[1] != d.Priya.Staff {
			t.Errorf("another name has undone the swap: %v", who)
		}
		save("Larks", d.Sam.Staff) // Priya leaves
		if who := turnsOf(d); who[0] != d.Sam.Staff || who[1] != d.Sam.Staff {
			t.Errorf("on the rota: %v", who)
		}
		for _, v := range []desk.Viewer{d.Priya, d.Sam} {
			if swaps := must(d.App.RosterPage(d.Ctx(), v)).Swaps; len(swaps) != 1 || swaps[0].State != coverage.Undone || swaps[0].CanAnswer {
				t.Errorf("%s sees %+v", v.Name, swaps)
			}
		}
	})
}

// An override that is taken back gives a turn to somebody who has another shift by now: that is refused, however far
// ahead, as it is when an override is made.
func TestAnOverrideIsNotTakenBackOntoAnotherShift(t *testing.T) {
	for _, day := range []int{3, 3 + 2*20} { // Priya's turns; the second is beyond four weeks
		testkit.Each(t, func(d *testkit.Desk) {
			r := evenings(d)
			d.Must(d.App.AddOverride(d.Ctx(), d.Ana, app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Sam.Staff, Start: d.At(day, 5, 0), End: d.At(day, 8, 0)}))
			d.Must(only(d.App.AddShifts(d.Ctx(), desk.System("test"), "Pri@kept.example", []coverage.Shift{{Start: d.At(day, 6, 0), End: d.At(day, 7, 0), Seats: 1}})))
			line := must(d.App.RosterPage(d.Ctx(), d.Ana)).Rotas[0]
			if err := d.App.EndOverride(d.Ctx(), d.Ana, r.ID, line.Rota.Version, line.Overrides[0].ID); code(err) != "shift.overlaps" {
				t.Errorf("Priya works twice at 6:00 on day %d: %v", day, err)
			}
		})
	}
}

// An override is of its rota, and puts on call whoever works here.
func TestAnOverrideIsOfItsRotaAndOfSomebodyHere(t *testing.T) {
	testkit.Each(t, func(d *testkit.Desk) {
		r := evenings(d)
		in := app.OverrideIn{Rota: r.ID, Version: r.Version, Out: d.Priya.Staff, In: d.Ana.Staff, Start: d.At(3, 5, 0), End: d.At(3, 6, 0)}
		d.Must(d.App.AddOverride(d.Ctx(), d.Ana, in))
		call, err := d.App.SaveRota(d.Ctx(), d.Ana, app.RotaIn{Name: "On call", OnCall: true, Seats: 1, Layers: []app.LayerIn{{People: []desk.StaffID{d.Omar.Staff}, Every: coverage.Daily, Count: 1, Zone: "America/Chicago", At: "08:00", Start: "2026-06-03"}}})
		d.Must(err)
		page, err := d.App.RosterPage(d.Ctx(), d.Ana)
		d.Must(err)
		var id int64
		for _, line := range page.Rotas {
			for _, o := range line.Overrides {
				id = o.ID
			}
		}
		if err := d.App.EndOverride(d.Ctx(), d.Ana, call.ID, call.Version, id); !desk.Is(err, desk.NotFound) {
			t.Errorf("ended under another rota: %v", err)
		}
		in = app.OverrideIn{Rota: call.ID, Version: call.Version, In: 9999, Start: d.At(3, 10, 0), End: d.At(3, 12, 0)}
		if err := d.App.AddOverride(d.Ctx(), d.Ana, in); code(err) != "rota.unknown" {
			t.Errorf("nobody is put on call: %v", err)
		}
	})
}

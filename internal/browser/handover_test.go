package browser_test

import (
	"strconv"
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
)

// TestShiftIsHandedOverOnTheScreen: Priya goes at four, Sam takes over what he says back, and she signs.
func TestShiftIsHandedOverOnTheScreen(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	p.AdvanceTo(p.At(3, 15, 50))
	maria := p.Maria().Calls(p.Sam, "My chart shows kilograms")
	pr, err := p.App.MakePromise(p.Ctx(), p.Priya, maria.Got.Ref, app.PromiseIn{Kind: desk.Update, Due: p.At(3, 16, 5)})
	p.Must(err)
	p.Must(p.App.GivePromise(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID, p.Priya.Staff, ""))
	priya, sam := p.signedIn(t, p.Priya).view(1366, 768), p.signedIn(t, p.Sam).view(1366, 768)
	priya.open("/desk/handover").says("Handover: Priya Nair, until 4:00 p.m. CT", "0 of 1 accepted.", "Maria Gomez", "Must be accepted.").saysNot("Sign off")
	priya.press("Write").fill("summary-h-1-"+id(pr), "Wants pounds.").fill("plan-h-1-"+id(pr), "If the switch fails, call Dana.").follow("Keep").says("Wants pounds.", "call Dana")
	sam.open(priya.url()).follow("Accept").says("Say in your words what you will do")
	sam.looked("handover")
	sam.view(1366, 768).fill("back-h-1-"+id(pr), "I will write to her before five past four").follow("Accept").says("1 of 1 accepted.", "Accepted by Sam Ortiz", "I will write to her")
	priya.open("/desk/handover").follow("Sign off").says("Signed off")
	priya.print()
	if n := eval[int](priya, `[...document.querySelectorAll('.bar, .rail, .btn')].filter((e) => e.checkVisibility()).length`); n != 0 {
		t.Errorf("%d controls are printed", n)
	}
}

func id(p desk.Promise) string { return strconv.FormatInt(int64(p.ID), 10) }

func (b *tab) url() string { return eval[string](b, `location.pathname + location.search`) }

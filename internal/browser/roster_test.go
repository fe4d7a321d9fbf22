package browser_test

import (
	"testing"

	"kept/internal/app"
	"kept/internal/desk"
)

// TestWhoIsAwayHitsPromises goes from the form of an absence to the answer, which says what it hits, and on to the board of
// that one person.
func TestWhoIsAwayHitsPromises(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "My chart shows kilograms")
	_, err := p.App.MakePromise(p.Ctx(), p.Ana, maria.Got.Ref, app.PromiseIn{Kind: desk.Callback, Skill: "PORTAL", Start: p.At(3, 9, 0), Owner: p.Priya.Staff})
	p.Must(err)
	p.Settle()
	b := p.signedIn(t, p.Ana).view(1366, 768).open("/desk/roster")
	b.press("Somebody is away").until("the form is filled", `(() => {
	  const whose = document.getElementById('absence-staff');
	  whose.value = [...whose.options].find((o) => o.text.includes('Priya')).value;
	  document.getElementById('absence-start').value = '2026-06-03T00:00';
	  document.getElementById('absence-end').value = '2026-06-04T00:00';
	  return true; })()`)
	b.follow("Note the absence").says("It puts 1 promise of Priya Nair at risk. Nobody has taken over yet.").until("whoever changed it reads that first", `document.activeElement.textContent.includes('at risk')`)
	b.looked("roster-hit")
	b.view(1366, 768).follow("See them on the board").says("Promises of Priya Nair", "Owner off shift", "Maria Gomez")
	b.looked("board-of-one")
}

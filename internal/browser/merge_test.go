package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestTwoQuestionsArePutTogether goes from a ticket to the two side by side and on, by keyboard and in every width, while a
// colleague looks at the one that ends and the person at her page.
func TestTwoQuestionsArePutTogether(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Asks("How do I see my weight in pounds, not kilograms?")
	again := p.Maria().Calls(p.Sam, "Her chart shows 70 kilograms, and she wants pounds. She has asked on the web already, she says.")
	p.Maria().Calls(p.Sam, "She cannot see the lab result of Tuesday")
	p.Settle()
	ticket := "/desk/t/" + string(maria.Got.Ref)
	other := p.signedIn(t, p.Priya).view(1366, 768).open(ticket).listening()
	b := p.signedIn(t, p.Sam).view(1366, 768).open(ticket)
	b.key("k", chromedp.ModifierCtrl).until("the palette is open", `document.activeElement.id === 'palette-input'`).key("same question").says("Same question as …")
	b.arrive(chromedp.KeyEvent(kb.Enter)).says("Open questions of the same person", string(again.Got.Ref))
	b.looked("merge-which")
	b.open(ticket + "/merge?into=K7M4QQ").says("Error:")
	b.looked("merge-mistyped")
	b.open(ticket+"/merge?into="+string(again.Got.Ref)).says("Is this the same question?", "This one ends", "It goes on in", "only one of them gave a name")
	b.looked("merge-both")
	b.view(1366, 768).open(ticket + "/merge?into=" + string(again.Got.Ref))
	b.until("the button has the focus", `(document.querySelector('form.acts button').focus(), document.activeElement.textContent.includes('Put '))`)
	b.arrive(chromedp.KeyEvent(kb.Enter)).says("into this question", "not kilograms", "Her chart shows 70 kilograms")
	b.looked("merge-done")
	other.says("into " + string(again.Got.Ref) + ". It goes on there.")
}

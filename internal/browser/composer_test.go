package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kept/internal/app"
	"kept/internal/desk"
)

// texts gives the desk two canned texts.
func (p *place) texts() {
	p.t.Helper()
	for _, m := range []desk.Macro{
		{Name: "It works now", Letters: "ww", Body: "Hello {name}, it works now. Call {phone}.", BodyES: "Hola {name}, ya funciona.", Next: desk.NextAsk},
		{Name: "We call", Letters: "wc", Body: "Hello {name}, we call {window}.", BodyES: "Hola {name}, le llamamos {window}."},
	} {
		_, err := p.App.AddMacro(p.Ctx(), p.Ana, m)
		p.Must(err)
	}
}

// TestWhoIsHereIsLive has two people open one ticket: each sees the other come, write and go.
func TestWhoIsHereIsLive(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	ticket := "/desk/t/" + string(maria.Got.Ref)
	queue := p.signedIn(t, p.Omar).view(1366, 768).open("/desk").listening().saysNot("is here")
	a := p.signedIn(t, p.Sam).view(1366, 768).open(ticket).listening().saysNot("is here")
	b := p.signedIn(t, p.Priya).view(1366, 768).open(ticket).says("Sam is here").listening()
	a.says("Priya is here").until("it is said", `window.keptSaid.includes('Priya is here.')`)
	queue.says("Priya and Sam are here").marked2()
	queue.axe("queue with somebody here")
	b.click("the composer", `document.querySelector('#reply-text')`).key("Hello Maria")
	a.says("Priya is writing to the caller.")
	a.axe("ticket with somebody who writes")
	b.open("/desk")
	queue.says("Sam is here").saysNot("Priya and")
	a.until("Priya is gone", `!document.querySelector('#head-here .here')`)
	if said := a.said(); len(said) > 3 {
		t.Errorf("who comes and goes is said too often: %q", said)
	}
	// Somebody answers while the other writes: the words come back, and the second press sends.
	a.click("the composer", `document.querySelector('#reply-text')`).key("Open the settings.")
	_, err := p.App.Reply(p.Ctx(), p.Priya, maria.Got.Ref, app.Words{Body: "Choose pounds."})
	p.Must(err)
	a.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("Priya answered at 5:05", "Read it first, then send or discard.", "Choose pounds.")
	a.until("the words are there", `document.querySelector('#reply-text').value === 'Open the settings.'`).sound("a second answer")
	a.arrive(chromedp.KeyEvent(kb.F4)) // a page of its own, to come back to
	a.open(ticket).until("they are still there", `document.querySelector('#reply-text').value === 'Open the settings.'`)
	a.follow("Discard").until("they are gone", `document.querySelector('#reply-text').value === ''`)
}

// marked2 waits until the list shows nothing new by itself but who is here.
func (b *tab) marked2() *tab {
	b.t.Helper()
	return b.until("who is here is no change of the list", `document.querySelector('#changes').hidden`)
}

func TestTextsAreInsertedByKeys(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	p.texts()
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	b := p.signedIn(t, p.Sam).view(1366, 768).open("/desk/t/" + string(maria.Got.Ref)).listening()
	b.letter("r").until("r goes to the composer", `document.activeElement.id === 'reply-text'`).key("Good day. ;wc").says("Preview: We call", "Hello Maria, we call by")
	b.axe("a preview")
	b.key(kb.Escape).until("Escape leaves it", `!document.querySelector('.macro-shown') && document.activeElement.id === 'reply-text'`)
	b.key(kb.Backspace).key("w").until("nothing is previewed before two letters", `!document.querySelector('.macro-shown') || document.querySelector('.macro-shown').dataset.letters === 'ww'`).says("Preview: It works now", "Hello Maria, it works now. Call 800-555-0143.")
	b.key(kb.Enter).until("Enter inserts it", `document.querySelector('#reply-text').value.trim() === 'Good day. Hello Maria, it works now. Call 800-555-0143.'`).says("Then: ask “Is it fixed?”")
	b.says("Reads like grade", "1 text message", "Saved 5:05")
	b.axe("an inserted text")
	b.key("k", chromedp.ModifierCtrl).until("the palette is open", `document.activeElement.id === 'palette-input'`).key("insert call").says("Insert: We call")
	b.key(kb.Enter).until("the palette leads to the composer", `document.activeElement.id === 'reply-text' && document.querySelector('.macro-shown')`).key(kb.Escape)
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("Asked if fixed", "Good day. Hello Maria")
	b.until("the composer is empty", `document.querySelector('#reply-text').value === ''`)
	lead := p.signedIn(t, p.Ana).view(1366, 768).open("/desk/macros").says("Add a text")
	lead.sound("texts to insert")
	lead.press("Add a text").follow("Save this text").says("This text cannot be saved yet").sound("a text that cannot be saved")
}

func TestWhatIsTypedSurvives(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	ticket := "/desk/t/" + string(maria.Got.Ref)
	b := p.signedIn(t, p.Sam).view(1366, 768).open(ticket)
	b.click("the composer", `document.querySelector('#reply-text')`).key("Hello Maria").says("Saved 5:05")
	b.until("nothing stays in the browser", `!Object.keys(localStorage).some((k) => k.startsWith('kept.draft.'))`)
	b.letter("i") // typed into the composer: the focus is there
	b.key(kb.Escape).letter("i").until("the note is open", `document.activeElement.id === 'note-text'`).key("Looked in Settings")
	b.open("/desk") // before two seconds have passed
	other := p.signedIn(t, p.Sam).view(1366, 768).open(ticket)
	other.until("both are there", `document.querySelector('#reply-text').value === 'Hello Maria' && document.querySelector('#note-text').value === 'Looked in Settings' && document.querySelector('#note').open`)
	p.signedIn(t, p.Priya).view(1366, 768).open(ticket).until("nobody else sees them", `document.querySelector('#reply-text').value === '' && document.querySelector('#note-text').value === ''`)
	// The desk does not answer: the browser keeps it until it does.
	eval[bool](other, `(window.realFetch = window.fetch, window.fetch = (u, o) => (o && o.method === 'PUT' ? Promise.reject(new TypeError('offline')) : window.realFetch(u, o)), true)`)
	other.click("the composer", `document.querySelector('#reply-text')`).key(kb.End).key(" and more").says("Kept in this browser only")
	other.open(ticket).until("it comes back", `document.querySelector('#reply-text').value.endsWith(' and more')`).says("Saved 5:05")
	other.arrive(chromedp.KeyEvent(kb.F2)).saysNot("Not finished").fill("words", "My chart").says("Saved 5:05")
	call := eval[string](other, `location.pathname + location.search`)
	b.open(call).until("the call is on another screen", `document.querySelector('#words').value === 'My chart'`)
	// F2 by mistake, before two seconds have passed: the way back is there.
	b.click("the words", `document.querySelector('#words')`).key(kb.End).key(" shows").arrive(chromedp.KeyEvent(kb.F2)).says("Not finished:", "“My chart shows”")
	b.axe("a new call, one not finished")
	b.follow("“My chart shows”").until("the call is back", `document.querySelector('#words').value === 'My chart shows'`).saysNot("Not finished:")
}

// TestWhatIsTypedGoesAlong leaves a ticket before the server has what was typed, by another form of the page and by a
// link: the next page has it, and nothing that was sent comes back.
func TestWhatIsTypedGoesAlong(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Asks("I see kilograms")
	ticket := "/desk/t/" + string(maria.Got.Ref)
	b := p.signedIn(t, p.Sam).view(1366, 768)
	deaf := func() { // what is kept on this page never arrives
		eval[bool](b, `(window.fetch = ((real) => (u, o) => (o && o.method === 'PUT' ? new Promise(() => {}) : real(u, o)))(window.fetch), true)`)
	}
	reply := func(is string) string { return `document.querySelector('#reply-text').value === '` + is + `'` }
	b.open(ticket)
	deaf()
	b.click("the composer", `document.querySelector('#reply-text')`).key("Hello Maria").follow("Take it")
	b.until("the words came along", reply("Hello Maria")).says("Saved 5:05")
	b.until("nothing stays in the browser", `sessionStorage.length === 0 && !Object.keys(localStorage).some((k) => k.startsWith('kept.draft.'))`)
	deaf()
	b.click("the composer", `document.querySelector('#reply-text')`).key(kb.End).key(", look").open("/desk")
	b.until("the next page brought them home", `sessionStorage.length === 0`)
	p.signedIn(t, p.Sam).view(1366, 768).open(ticket).until("on another screen too", reply("Hello Maria, look"))
	b.open(ticket)
	deaf()
	b.click("the composer", `document.querySelector('#reply-text')`).key(kb.End).key(" here").arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.says("Hello Maria, look here").until("what was sent is not typed any more", reply(""))
	b.open("/desk").open(ticket).until("and stays away", reply(""))
}

// TestWhatIsTooLongToBeSentIsThere sends far more than the desk reads: the page says how long it may be, and the words are
// in the composer on the way back.
func TestWhatIsTooLongToBeSentIsThere(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	ticket := "/desk/t/" + string(p.Maria().Calls(p.Sam, "I see kilograms").Got.Ref)
	b := p.signedIn(t, p.Sam).view(1366, 768).open(ticket)
	eval[bool](b, `(() => { const f = document.querySelector('#reply-text'); f.value = 'word '.repeat(60000); f.focus(); f.dispatchEvent(new Event('input', { bubbles: true })); return true; })()`)
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("This is too long to be sent", "5000 characters")
	b.open(ticket).until("the words are there", `document.querySelector('#reply-text').value.length === 300000`)
}

func TestContextIsADrawerOnNarrowScreens(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "How do I see my weight in pounds?")
	ticket := "/desk/t/" + string(maria.Got.Ref)
	b := p.signedIn(t, p.Sam).view(1200, 768).open(ticket)
	shut := `document.querySelector('#context').getClientRects().length === 0`
	b.until("it is shut", shut).says("Promise and caller")
	b.axe("shut drawer")
	b.key("\\").until("the key opens it, the focus is in it", `!(`+shut+`) && document.querySelector('#context').contains(document.activeElement) && document.querySelector('#drawer-open').getAttribute('aria-expanded') === 'true'`)
	b.axe("open drawer")
	b.open(ticket).until("it is remembered", `!(`+shut+`)`)
	b.follow("Caller").says("Other questions")
	b.tabTo("the drawer", `e.closest('#context')`)
	b.key(kb.Escape).until("Escape shuts it, the focus is on its button", shut+` && document.activeElement.id === 'drawer-open'`)
	b.open(ticket).until("that is remembered too", shut)
	b.letter("p").until("p opens the drawer and its form", `!(`+shut+`) && document.activeElement.id === 'make-kind'`)
	b.view(1366, 768).open(ticket).until("there is room", `!(`+shut+`) && document.querySelector('#drawer-open').hidden`)
	b.until("one column", `document.querySelector('.beside-best').getClientRects().length === 0`)
	b.view(1700, 900).until("two columns", `document.querySelector('.beside-best').getClientRects().length > 0`).says("Best answer")
	b.axe("two columns")
}

func TestPhoneHasThreeScreens(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	p.AdvanceTo(maria.Promised(p.Sam, p.At(3, 8, 0)).Start)
	b := p.signedIn(t, p.Priya).view(390, 844).open("/promises?mine=yes")
	b.follow("Maria Gomez").says("Back to my promises", "Call 312-555-0199")
	seen := func(what string) string { return `document.querySelector('` + what + `').getClientRects().length > 0` }
	b.until("the ticket, no composer", seen(".timeline")+` && !(`+seen("#reply")+`)`)
	b.sound("ticket on a phone")
	b.view(390, 844).click("Text", `document.querySelector('.act-bar a[href="#reply"]')`).until("the composer alone", seen("#reply")+` && !(`+seen(".timeline")+`) && !(`+seen("#note")+`) && document.activeElement.id === 'reply-text'`)
	b.axe("composer on a phone")
	b.click("Note", `document.querySelector('.act-bar a[href="#note"]')`).until("the note alone", seen("#note-text")+` && !(`+seen("#reply")+`)`)
	b.axe("note on a phone")
	b.press("Back to the ticket").until("the ticket", seen(".timeline")+` && !(`+seen("#note")+`)`)
	b.follow("Back to my promises").isAt("/promises")
	plain := p.signedIn(t, p.Priya).withoutScripts().view(390, 844).open("/desk/t/" + string(maria.Got.Ref) + "#reply")
	plain.until("without scripts too", seen("#reply")+` && !(`+seen(".timeline")+`)`)
}

func TestLettersGoWhereTheyWerePut(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	b := p.signedIn(t, p.Sam).view(1366, 768).open("/desk/display")
	b.sound("profile")
	b.fill("key-r", "s").follow("Save my letters").says("“s” is “Write to the caller” already.").sound("profile with two of one letter")
	b.fill("key-s", "w").follow("Save my letters").says("Your letters are saved.")
	b.open("/desk/t/" + string(maria.Got.Ref))
	b.letter("r").letter("s").until("s writes, r does nothing", `document.activeElement.id === 'reply-text' && document.activeElement.value === ''`)
	b.key(kb.Escape).key("?").until("the sheet is open", `document.querySelector('#keys').open`).says("Change your letters")
	b.until("the sheet shows them", `[...document.querySelectorAll('#keys dl div')].some((d) => d.querySelector('kbd').textContent === 's' && d.textContent.includes('Write to the caller'))`)
}

func TestTimelineIsNarrowedAndFollowed(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	for range 12 {
		_, err := p.App.AddNote(p.Ctx(), p.Sam, maria.Got.Ref, app.Words{Body: "One more note about what was looked at, so that there is something to scroll."})
		p.Must(err)
	}
	b := p.signedIn(t, p.Sam).view(1366, 768).open("/desk/t/" + string(maria.Got.Ref)).listening()
	shown := func(kind string) string {
		return `[...document.querySelectorAll('.entry-` + kind + `')].some((e) => e.getClientRects().length > 0)`
	}
	b.press("Notes").until("notes alone", shown("note")+` && !(`+shown("caller")+`) && !(`+shown("event")+`)`)
	b.press("To the caller").until("words alone", shown("caller")+` && !(`+shown("note")+`) && !(`+shown("event")+`)`)
	b.press("All").until("everything", shown("note")+` && `+shown("event"))
	eval[bool](b, `(document.querySelector('#timeline').scrollTop = 0, true)`)
	b.until("it stands at the top", `document.querySelector('#timeline').scrollTop === 0`)
	_, err := p.App.AddWords(p.Ctx(), maria.Viewer(), "One more thing", "")
	p.Must(err)
	b.until("a button says so", `!document.querySelector('#new-message').hidden`).until("and it is said", `window.keptSaid.includes('New message.')`)
	b.axe("a new message")
	b.press("New message").until("it leads down", `(() => { const t = document.querySelector('#timeline'); return t.scrollHeight - t.scrollTop - t.clientHeight < 40; })() && document.querySelector('#new-message').hidden`)
	b.press("Change the title").fill("title", " in pounds").follow("Save title").says("changed the title")
	b.axe("title changed")
}

func TestBoardByKeys(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	p.AdvanceTo(maria.Promised(p.Sam, p.At(3, 8, 0)).Start)
	b := p.signedIn(t, p.Ana).view(1366, 768).open("/promises")
	b.says("Load, next 12 hours").press("Show as a table").says("Promises due").sound("board")
	p.Maria().Calls(p.Priya, "I see kilograms, too") // nobody owns that one
	b.open("/promises").until("a row that can be given", `(() => { for (const d of document.querySelectorAll('details.group')) d.open = true;
		const row = [...document.querySelectorAll('tbody tr')].find((r) => r.querySelector('.give')); if (!row) return false; row.querySelector('th a').focus(); return true; })()`)
	b.letter("v").until("v opens the people", `document.activeElement.closest('.give-box') !== null`).key(kb.Escape).until("Escape shuts them", `document.activeElement.matches('.give > summary')`)
	b.arrive(letterKey("c")).isAt("/desk/t/")
}

// A tab that Sam has left open is not Pat's, who signs in beside it: what is sent there is nobody's act.
func TestATabGoesOnForItsReaderAlone(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I see kilograms")
	b := p.signedIn(t, p.Sam).view(1366, 768).open("/desk/t/" + string(maria.Got.Ref))
	b.click("the composer", `document.querySelector('#reply-text')`).key("Open Settings.")
	b.signIn(p.Priya)
	b.arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("This was not sent", "written by somebody else").sound("a tab of another")
	if n := len(maria.Page(p.Sam).Messages); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// TestWhatIsWrongOnATicketTakesTheFocus sends an empty answer and a promise for a time that is over: the summary has the
// focus, leads to the field, and what was typed is there.
func TestWhatIsWrongOnATicketTakesTheFocus(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	ticket := "/desk/t/" + string(p.Maria().Calls(p.Sam, "I see kilograms").Got.Ref)
	b := p.signedIn(t, p.Sam).view(1366, 768).open(ticket)
	summary := func(field string) string {
		return `document.activeElement.matches('.errors') && !!document.activeElement.querySelector('a[href="#` + field + `"]') && document.getElementById('` + field + `').getAttribute('aria-invalid') === 'true'`
	}
	b.click("the composer", `document.querySelector('#reply-text')`).arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.says("This was not sent", "Write something first.").until("the summary has the focus", summary("reply-text")).sound("an empty answer")
	b.view(1366, 768).open(ticket + "?tab=promise&make=yes&kind=other#promise-make")
	eval[bool](b, `(document.getElementById('make-due').closest('details').open = true, document.getElementById('make-due').value = '2026-06-01T09:00', true)`)
	b.fill("make-text", "We send the form").follow("Make this promise")
	b.says("This was not done yet", "still to come").until("the summary has the focus", summary("make-due"))
	b.until("what was typed is there", `document.getElementById('make-text').value === 'We send the form' && document.getElementById('make-due').value === '2026-06-01T09:00' && document.getElementById('make-kind').value === 'other'`)
	b.sound("a promise that cannot be made")
	b.view(1200, 768).until("in a drawer, too", `document.querySelector('#context .errors').getClientRects().length > 0`)
}

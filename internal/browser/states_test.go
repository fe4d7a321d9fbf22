package browser_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"kept/internal/desk"
	"kept/internal/testkit"
	"kept/internal/words"
)

// TestEveryQuestionPageIsSound goes through the questions, each as it is asked and as it is answered wrongly.
func TestEveryQuestionPageIsSound(t *testing.T) {
	for _, lang := range []words.Lang{words.EN, words.ES} {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			p := openPlace(t)
			a := asker{tab: p.person(t), lang: lang, root: "/mercy"}
			if lang == words.ES {
				a.root = "/mercy/es"
			}
			next := a.word("ask.continue")
			page := func(n string, wrongToo bool) {
				t.Helper()
				a.prefers("light")
				a.spanish()
				if wrongToo {
					a.follow(next).says(a.word("error.summary.title"))
					a.spanish()
					a.sound(string(lang) + " question " + n + " answered wrongly")
					return
				}
				a.sound(string(lang) + " question " + n)
			}
			a.open(a.root + "/ask/1")
			page("1", true)
			a.fill("words", "weight in pounds").follow(next).isAt(a.root + "/ask/answers")
			page("answers", false)
			a.follow(a.word("ask.answers.no"))
			page("2", true)
			a.press(a.word("ask.who.me")).follow(next)
			page("3", false)
			a.press(a.word("ask.how.call")).follow(next)
			page("4", true)
			a.fill("phone", "312-555-0199").press(a.word("common.yes")).follow(next)
			page("5", true)
			a.click("the first time", `document.querySelector('input[name=start][value^="20"]').labels[0]`).follow(next)
			page("6", false)
			a.press(a.word("ask.help.no")).follow(next)
			page("check", false)
			a.follow(a.word("ask.check.send"))
			page("sent", false)
		})
	}
}

// TestEveryStateOfTheTrackerIsSound looks at the tracker in each of its states, and at its forms.
func TestEveryStateOfTheTrackerIsSound(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := openPlace(t)
			a := p.person(t)
			asked := func() *testkit.Person {
				maria := p.Maria()
				maria.Lang = lang
				return maria.Calls(p.Sam, "I see kilograms")
			}
			root := func(m *testkit.Person) string {
				if lang == "es" {
					return "/mercy/es/t/" + desk.FormatToken(m.Got.Token)
				}
				return link(m)
			}
			look := func(m *testkit.Person, state string) { t.Helper(); a.open(root(m)).sound(lang + " tracker " + state) }
			maria, quiet := asked(), asked()
			look(quiet, "reply")
			writes := p.Maria()
			writes.Lang = lang
			look(writes.AsksForTexts("I see kilograms"), "reply by text")
			a.open(root(writes) + "/time").sound(lang + " tracker/time of a reply by text")
			mails := p.Maria()
			mails.Lang, mails.Email = lang, "maria@example.org"
			look(mails.AsksForMail("I see kilograms"), "reply by mail")
			a.open(root(mails) + "/number").sound(lang + " tracker/number of a reply by mail")
			pr := maria.Promised(p.Sam, time.Time{})
			look(maria, "scheduled")
			for _, form := range []string{"/time", "/number", "/words", "/withdrawal", "/question"} {
				a.open(root(maria) + form).sound(lang + " tracker" + form)
			}
			p.AdvanceTo(p.At(3, 7, 50))
			look(maria, "soon")
			p.AdvanceTo(p.At(3, 8, 5))
			p.Must(p.App.TryPromise(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID))
			look(maria, "calling")
			p.Must(p.App.MissedCall(p.Ctx(), p.Priya, maria.Got.Ref, pr.ID, "no_answer"))
			look(maria, "tried")
			moved, err := p.App.MovePromise(p.Ctx(), p.Priya, maria.Got.Ref, maria.Promise().ID, desk.MovedByUs, p.At(3, 11, 0))
			p.Must(err)
			look(maria, "moved by us")
			p.AdvanceTo(moved.Due.Add(time.Minute))
			look(maria, "broken")
			p.Must(p.App.KeepPromise(p.Ctx(), p.Ana, maria.Got.Ref, maria.Promise().ID, "We talked.", nil))
			look(maria, "asked")
			a.open(root(maria) + "/reopening").sound(lang + " tracker/reopening")
			_, err = p.App.SayNotFixed(p.Ctx(), maria.Viewer(), "Still kilograms", "", time.Time{})
			p.Must(err)
			look(maria, "reopened")
			p.Must(p.App.SayFixed(p.Ctx(), maria.Viewer()))
			look(maria, "confirmed")
			p.Must(p.App.NotNeeded(p.Ctx(), quiet.Viewer()))
			look(quiet, "not needed")
		})
	}
}

// TestEveryStaffPageIsSound looks at the desk with work on it, in both looks.
func TestEveryStaffPageIsSound(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	maria := p.Maria().Calls(p.Sam, "I have chest pain and see kilograms")
	maria.Promised(p.Sam, time.Time{})
	p.Rosa().Calls(p.Sam, "No veo libras")
	p.Rosa().Asks("Quiero ver mi peso en libras")
	for range 15 {
		p.Maria().Calls(p.Sam, "My chart shows kilograms")
	}
	p.AdvanceTo(p.At(3, 8, 31))
	ticket := "/desk/t/" + string(maria.Got.Ref)
	staffLook := func(b *tab, path string) {
		b.t.Helper()
		b.sound(path)
		if tall := eval[int](b, `document.querySelector('.panes') ? document.documentElement.scrollHeight - innerHeight : 0`); tall > 0 {
			b.t.Errorf("%s: the desk scrolls as a whole, by %d px; its panes should", path, tall)
		}
	}
	staffSound := func(b *tab, path string) { b.t.Helper(); b.open(path); staffLook(b, path) }
	for name, paths := range map[string][]string{
		"queue":  {"/desk", "/desk?show=spanish", ticket, ticket + "?tab=promise", ticket + "?tab=similar", ticket + "?tab=caller", ticket + "?tab=clocks"},
		"terms":  {"/desk/agreements", "/desk/agreements/mercy", "/desk/agreements/st-anne?edit=yes"},
		"others": {"/promises", "/desk/coverage", "/desk/roster", "/desk/handover", "/desk/call/new", "/desk/search", "/desk/display", "/desk/t/222-222", "/desk?show=nonsense"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := p.signedIn(t, p.Ana)
			for _, path := range paths {
				staffSound(b, path)
			}
		})
	}
	t.Run("forms", func(t *testing.T) {
		t.Parallel()
		b := p.signedIn(t, p.Ana)
		b.view(1366, 768)
		for _, said := range []string{"Maria", "zzz qqq"} {
			b.open("/desk").click("the search", `document.querySelector('.find-input')`).key(said).enter().isAt("/desk/search")
			staffLook(b, "search for "+said)
		}
		b.open("/desk/call/new").arrive(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))).says("This call cannot be finished yet").axe("call with problems")
		b.fits("call with problems")
		b.forget()
		staffSound(b, "/sign-in")
		b.fill("email", "nobody@kept.example").fill("password", "wrong wrong wrong").follow("Sign in").says("do not fit").axe("sign-in failed")
	})

	// The look that is chosen is the look that comes.
	c := p.signedIn(t, p.Omar).view(1366, 768).open("/desk/display")
	c.press("Dark").follow("Save").says("Saved.").until("it is dark", `document.documentElement.dataset.theme === 'dark' && getComputedStyle(document.body).colorScheme.includes('dark')`)
	c.open("/promises").until("everywhere", `document.documentElement.dataset.theme === 'dark'`)
}

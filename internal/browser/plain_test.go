package browser_test

import (
	"testing"

	"kept/internal/web"
	"kept/internal/words"
)

func TestStoryWithoutScripts(t *testing.T) {
	t.Parallel()
	p := openPlace(t)
	a := asker{tab: p.person(t).withoutScripts(), lang: words.EN, root: "/mercy"}
	a.searches("weight in pounds").says("154.3 lb").follow(a.word("answer.helped.no"))
	a.asks("312-555-0199")
	number := a.number()
	a.follow(a.word("sent.see")).says("We will call you", number)
	a.follow(a.word("track.change")).says("Your time now:").click("a later time", `document.querySelectorAll('input[name=start][value^="20"]')[1].labels[0]`)
	a.follow(eval[string](a.tab, `document.querySelector('main form button').innerText`)).says("You moved it")

	p.AdvanceTo(p.At(3, 8, 31))
	priya := p.signedIn(t, p.Priya).view(1366, 768).withoutScripts()
	priya.open("/desk").followOn("the row", `document.querySelector('.queue-link')`).says(number)
	priya.follow("Calling now").says("Priya Nair is calling").fill(noteField(priya), "She sees pounds.").follow("Save: reached").says("Asked if fixed")
	a.follow(a.word("common.checkagain")).says("Is it fixed?").follow("No, I still need help").says("What still does not work?")
	a.follow("Open it again").says("You told us it is not fixed.")
	a.follow(a.word("track.add")).fill("words", "It shows stones now.").follow(eval[string](a.tab, `document.querySelector('main form button').innerText`)).says(number)
	priya.open("/desk/t/" + number).says("It shows stones now.")
}

// TestStoryAtTheHospitalsOwnHost asks over TLS, and in a trial without it, where browsers tell less about
// where a form comes from.
func TestStoryAtTheHospitalsOwnHost(t *testing.T) {
	for name, secure := range map[string]bool{"https": true, "http": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, web.Options{Secure: secure})
			a := asker{tab: p.person(t), lang: words.ES, root: "/es"}
			a.base = p.at("mercy.help")
			a.searches("peso en libras").follow(a.word("answer.helped.no"))
			a.asks("312-555-0199").spanish()
			a.follow(a.word("sent.see")).says(a.word("track.scheduled")).isAt("/es/t/")
			other := p.person(t)
			other.base = p.at("anne.help")
			other.open(a.path()).says("No encontramos").saysNot("Mercy")
			other.base = p.at("nobody.help")
			other.open("/").saysNot("Mercy")
		})
	}
}

package web

import (
	"net/url"
	"strings"
	"testing"

	"kept/internal/app"
	"kept/internal/testkit"
)

// Sam finds the other question of Maria on the page, sees both side by side, and puts them together without scripts.
func TestTwoQuestionsSideBySide(t *testing.T) {
	a := atDesk(t, sam)
	one := a.d.Maria().Calls(a.d.Sam, "My chart shows kilograms")
	two := a.d.Maria().Calls(a.d.Sam, "Weight in pounds, please")
	rosa := a.d.Rosa().Calls(a.d.Sam, "no veo mi peso")
	a.d.Settle()
	base, into := "/desk/t/"+string(one.Got.Ref), string(two.Got.Ref)
	page := base + "/merge"
	a.get(base).gets(200, "Same question as “Weight in pounds, please”, "+into+"?").holds(`href="` + page + "?into=" + into + `"`)
	a.get(base+"?tab=caller").gets(200, "Same question as …")
	a.get(page).gets(200, "Same question as …", "Open questions of the same person", "Weight in pounds, please", into).lacks("They were not put together")
	a.get(page+"?into=").gets(422, "Type the number of the other question.")
	a.get(page+"?into=K7M4QQ").gets(422, "Error: ").holds(`value="K7M4QQ"`)
	a.get(page+"?into="+string(one.Got.Ref)).gets(422, "That is the number of this question.")
	a.get(page+"?into="+url.QueryEscape(string(rosa.Got.Ref))).gets(422, "This hospital has no question with that number.").lacks("peso")
	a.as(a.d.Eve).get(page).gets(404)
	a.get(page+"?into="+strings.ToLower(strings.ReplaceAll(into, "-", ""))).gets(200, "Is this the same question?", "This one ends: "+string(one.Got.Ref), "It goes on in: "+into,
		"My chart shows kilograms", "Weight in pounds, please", "This cannot be undone.", "Put "+string(one.Got.Ref)+" into "+into)
	seq, intoSeq := a.value("seq"), a.value("into_seq")
	two.Replies("It is on my phone.")
	a.post(page, "into", into, "seq", seq, "into_seq", intoSeq).gets(409, "wrote again while you were writing", "It is on my phone.")
	seq, intoSeq = a.value("seq"), a.value("into_seq")
	a.post(page, "into", into, "seq", seq, "into_seq", intoSeq).gets(200, "Sam Ortiz put "+string(one.Got.Ref)+" into this question.", "My chart shows kilograms", "in "+string(one.Got.Ref), "Promised before:")
	if a.at != "/desk/t/"+into {
		t.Errorf("it leads to %s", a.at)
	}
	a.post(page, "into", into, "seq", seq, "into_seq", intoSeq).gets(200) // sent twice
	a.get(base).gets(200, "Merged: it goes on, with what was promised, in", "question "+into).holds(`href="/desk/t/`+into+`"`).lacks("will see this", "Add a note", "Same question as")
	a.post(base+"/notes", "text", "She called again", "key", "k9").gets(409, "Go on there.", "She called again")
	a.get(page).gets(200, "goes on in "+into).lacks("Show both")
	a.get("/desk").gets(200, "Weight in pounds, please").lacks("My chart shows kilograms")
}

// Maria's old link leads to the question in which hers goes on, and says so, in her language.
func TestTheOldLinkLeadsOn(t *testing.T) {
	b := open(t)
	d := b.d
	maria, again := d.Maria().Calls(d.Sam, "I see kilograms"), d.Maria().Calls(d.Sam, "Pounds, please")
	d.Settle()
	b.get(link(maria)).is(200, string(maria.Got.Ref))
	merge := func(from, into *testkit.Person) {
		t.Helper()
		_, err := d.App.Merge(d.Ctx(), d.Sam, from.Got.Ref, app.MergeIn{Into: string(into.Got.Ref)})
		d.Must(err)
	}
	merge(maria, again)
	b.get(link(maria)).isAt(link(again)+"?saved=merged").is(200, "We put your two questions together. Go on here, under "+string(again.Got.Ref), string(again.Got.Ref)).saysNot("kilograms", "Pounds", string(maria.Got.Ref)).sound()
	b.get("/es"+link(maria)).is(200, "Juntamos sus dos preguntas. Siga aquí").sound()
	b.get(link(maria)+"/words").send("words", "On my phone").is(200)
	b.get(link(again)).is(200, "We put your two questions together.")
}

package web

import (
	"net/url"
	"time"

	"kept/internal/app"
)

// takeAnswer notes what was typed on a page, as it was typed.
func takeAnswer(k *app.Ask, page string, form url.Values) {
	switch page {
	case pageWords:
		typed := form.Get("words")
		if typed != k.Words {
			k.Alarmed, k.Answer = false, "" // another question, with dangers and answers of its own
		}
		k.Words = typed
	case pageStop:
		k.Alarmed = true
	case pageAbout:
		k.About = form.Get("about")
	case pageChannel:
		k.Channel = form.Get("channel")
	case pageReach:
		if k.Channel == "email" || k.Channel == "" && form.Has("email") {
			k.Email = form.Get("email")
			return
		}
		k.Phone, k.Voicemail = form.Get("phone"), form.Get("voicemail")
	case pageStart:
		k.Chosen = form.Get("start") != ""
		k.Start = startOf(form)
	case pageNeeds:
		k.Needs, k.Other, k.Needed = form["needs"], form.Get("other"), true
		if form.Get("skip") != "" {
			k.Needs = []string{"none"}
		}
	}
}

// soonest is the choice "as soon as you can".
const soonest = "soonest"

// chosenStart is what a form says of the window that was chosen.
func chosenStart(k app.Ask) string {
	if k.Start.IsZero() {
		return soonest
	}
	return k.Start.Format(time.RFC3339)
}

// startOf reads the chosen window's start; zero for as soon as we can, and for what is no time.
func startOf(form url.Values) time.Time {
	t, err := time.Parse(time.RFC3339, form.Get("start"))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

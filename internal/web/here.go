package web

import (
	"maps"
	"strconv"
	"strings"

	"kept/internal/app"
	"kept/internal/desk"
)

// hereText says who else has a ticket open: "Priya is here"; "" for nobody. Who is writing comes first.
func hereText(list []app.Present) string {
	var names []string
	for _, p := range list {
		name := firstName(p.Name)
		if p.Writing {
			return name + " is writing"
		}
		names = append(names, name)
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0] + " is here"
	case 2:
		return names[0] + " and " + names[1] + " are here"
	}
	return names[0] + " and " + strconv.Itoa(len(names)-1) + " others are here"
}

// writing is hereText while somebody writes to the person, else "".
func writing(list []app.Present) string {
	if text := hereText(list); strings.HasSuffix(text, " is writing") {
		return text
	}
	return ""
}

// hereTexts is hereText for every ticket that the viewer sees.
func (h *handler) hereTexts(s signed) map[desk.Ref]string {
	texts := map[desk.Ref]string{}
	for ref, list := range h.app.Here(s.v) {
		if text := hereText(list); text != "" {
			texts[ref] = text
		}
	}
	return texts
}

// hereNews is what a page that was told of before does not know yet; "" says that nobody is there any more.
func hereNews(before, now map[desk.Ref]string) map[desk.Ref]string {
	news := maps.Clone(now)
	for ref, text := range before {
		if now[ref] == text {
			delete(news, ref)
		} else if now[ref] == "" {
			news[ref] = ""
		}
	}
	return news
}

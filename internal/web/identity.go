package web

import (
	"net/url"

	"kept/internal/web/view"
)

// levels say what has to be checked before an answer of that tier is given. The desk holds no right
// answers to compare with: the analyst checks where the hospital keeps them, and says here that it was done.
var levels = map[string]view.LevelView{
	"V0": {Title: "Level 0: general how-to", Enough: "Nothing has to be checked."},
	"V1": {Title: "Level 1: their own question", Enough: "Two identifiers that fit, such as name and date of birth. Tell nothing from the chart."},
	"V2": {
		Title: "Level 2: change a setting, or see data", Enough: "Two identifiers, and a code to the number or mailbox that was on file before this call.",
		Never: notEnough,
	},
	"V3": {
		Title: "Level 3: password or sign-in of staff", Enough: "Call back the number on record, or their manager confirms, or in person.",
		Never: notEnough + " Nor a number that they give you now.",
	},
}

const notEnough = "Not enough: last 4 of the SSN, employee number, address."

// checks are the ways in which it was checked who is calling. Nothing is chosen for the analyst but the
// least.
func checks(chosen string) (list []view.Option) {
	for _, c := range [][3]string{
		{"", "Not checked", ""},
		{"two", "Checked: two identifiers", "Enough for level 1."},
		{"code", "Checked: two identifiers, and code or call back", "Enough for levels 2 and 3."},
	} {
		list = append(list, view.Option{Value: c[0], Text: c[1], Hint: c[2], Checked: chosen == c[0]})
	}
	return list
}

// checked reports whether a call says that somebody checked who it is.
func checked(f url.Values) bool { return f.Get("proof") == "two" || f.Get("proof") == "code" }

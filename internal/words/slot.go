package words

import "time"

// Slot gives a span of one day without day and zone, for lists under a heading that says both: "8:30
// to 9:00 a.m.", "de 8:30 a 9:00 a. m.".
func Slot(lang Lang, start, end time.Time, loc *time.Location) string {
	s, e := start.In(loc), end.In(loc)
	first, second := hour(lang, s), hour(lang, e)
	if sameHalf(s, e) {
		first = bareHour(s)
	}
	if lang == ES {
		return "de " + first + " a " + second
	}
	return first + " to " + second
}

package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The functions below write instants in the zone loc of the hospital. Now decides what is today
// and whether the year is said. All of them give plain text.

var (
	enDays   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	esDays   = [...]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}
	esShort  = [...]string{"dom", "lun", "mar", "mié", "jue", "vie", "sab"} // no á: it doubles the price of an SMS
	enMonths = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	smsMonth = [...]string{"Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"}
	esMonths = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}
)

// Date gives a day for patients: "tomorrow, Wednesday, June 3", "mañana, miércoles 3 de junio".
// Days further off have no word before them; another year is said.
func Date(lang Lang, t time.Time, loc *time.Location, now time.Time) string {
	t, now = t.In(loc), now.In(loc)
	near := ""
	switch days(now, t) {
	case -1:
		near = pick(lang, "yesterday, ", "ayer, ")
	case 0:
		near = pick(lang, "today, ", "hoy, ")
	case 1:
		near = pick(lang, "tomorrow, ", "mañana, ")
	}
	return near + Day(lang, t, loc, now)
}

// Day gives a day without its distance: "Wednesday, June 3", "miércoles 3 de junio".
func Day(lang Lang, t time.Time, loc *time.Location, now time.Time) string {
	t = t.In(loc)
	year := t.Year() != now.In(loc).Year()
	if lang == ES {
		s := fmt.Sprintf("%s %d de %s", esDays[t.Weekday()], t.Day(), esMonths[t.Month()-1])
		if year {
			s += fmt.Sprintf(" de %d", t.Year())
		}
		return s
	}
	s := fmt.Sprintf("%s, %s %d", enDays[t.Weekday()], enMonths[t.Month()-1], t.Day())
	if year {
		s += fmt.Sprintf(", %d", t.Year())
	}
	return s
}

// Window gives the span in which we call: "tomorrow, Wednesday, June 3, between 8:30 and 9:00
// a.m. CT", "mañana, miércoles 3 de junio, entre las 8:30 y las 9:00 a. m. (hora central)".
func Window(lang Lang, start, end time.Time, loc *time.Location, now time.Time) string {
	s, e := start.In(loc), end.In(loc)
	zs, ze := Zone(lang, s, loc), Zone(lang, e, loc)
	first, second := hour(lang, s), hour(lang, e)
	if sameHalf(s, e) && zs == ze {
		first = bareHour(s)
	}
	if zs != ze && (repeated(s) || repeated(e)) {
		first = zoned(lang, first, zs)
	}
	if days(s, e) > 0 && !(days(s, e) == 1 && midnight(e)) {
		if lang == ES {
			return zoned(ES, "entre "+Date(ES, s, loc, now)+", "+article(s, "a")+first+", y "+Date(ES, e, loc, now)+", "+article(e, "a")+second, ze)
		}
		return zoned(EN, "between "+Date(EN, s, loc, now)+", "+first+", and "+Date(EN, e, loc, now)+", "+second, ze)
	}
	if lang == ES {
		return zoned(ES, Date(ES, s, loc, now)+", entre "+article(s, "")+first+" y "+article(e, "")+second, ze)
	}
	return zoned(EN, Date(EN, s, loc, now)+", between "+first+" and "+second, ze)
}

// ShortWindow gives the span for a text message: "Wed, June 3, 8:30 to 9:00 a.m. CT", "el mié 3
// de junio, de 8:30 a 9:00 a. m." (without a zone in Spanish, to stay short, unless the clock
// shows the hour twice). Spanish is without á í ó ú.
func ShortWindow(lang Lang, start, end time.Time, loc *time.Location) string {
	s, e := start.In(loc), end.In(loc)
	first, second := hour(lang, s), hour(lang, e)
	if sameHalf(s, e) && Zone(lang, s, loc) == Zone(lang, e, loc) {
		first = bareHour(s)
	}
	abbr, abbrEnd := ZoneShort(s, loc), ZoneShort(e, loc)
	if abbr != abbrEnd && (repeated(s) || repeated(e)) {
		first += " " + abbr
	}
	if lang == ES {
		first, second = plain(first), plain(second)
		out := "el " + shortDay(ES, s) + ", de " + first + " a " + second
		if days(s, e) > 0 && !(days(s, e) == 1 && midnight(e)) {
			out = "del " + shortDay(ES, s) + ", " + first + ", al " + shortDay(ES, e) + ", " + second
		}
		if repeated(s) || repeated(e) {
			out += " " + abbrEnd
		}
		return out
	}
	out := shortDay(EN, s) + ", " + first + " to "
	if days(s, e) > 0 && !(days(s, e) == 1 && midnight(e)) {
		out += shortDay(EN, e) + ", "
	}
	return out + second + " " + abbrEnd
}

// By gives the latest time of a promise: "by 9:30 a.m. CT", on another day "by 9:30 a.m. CT
// tomorrow, Wednesday, June 3". Midnight belongs to the day that ends.
func By(lang Lang, t time.Time, loc *time.Location, now time.Time) string {
	t, now = t.In(loc), now.In(loc)
	day, end := t, ""
	if midnight(t) {
		day = t.AddDate(0, 0, -1)
		end = pick(lang, "at the end of ", "al terminar ")
	}
	z := Zone(lang, t, loc)
	s := ""
	if lang == ES {
		s = zoned(ES, "antes de "+article(t, "")+hour(ES, t), z)
		s = strings.Replace(s, "antes de el ", "antes del ", 1)
	} else {
		s = zoned(EN, "by "+hour(EN, t), z)
	}
	if days(now, day) == 0 {
		return s
	}
	date := Date(lang, day, loc, now)
	switch near := date != Day(lang, day, loc, now); {
	case end != "" && lang == ES && !near:
		return s + " " + end + "el " + date
	case end != "":
		return s + " " + end + date
	case near && lang == ES:
		return s + " de " + date
	case near:
		return s + " " + date
	}
	return s + pick(lang, " on ", " del ") + date
}

// ShortBy is By for a text message: "by 9:30 a.m. CT", "by 12:20 a.m. CT Thu, Oct 1", "antes de
// las 9:30 a. m.". Spanish is without a zone and without á í ó ú, as in ShortWindow.
func ShortBy(lang Lang, t time.Time, loc *time.Location, now time.Time) string {
	t, now = t.In(loc), now.In(loc)
	s := "by " + hour(EN, t) + " " + ZoneShort(t, loc)
	if lang == ES {
		s = strings.Replace("antes de "+article(t, "")+plain(hour(ES, t)), "de el ", "del ", 1)
		if repeated(t) {
			s += " " + ZoneShort(t, loc)
		}
	}
	day := t
	if midnight(t) {
		day = t.AddDate(0, 0, -1)
	}
	if days(now, day) == 0 {
		return s
	}
	if midnight(t) {
		return s + pick(lang, " at the end of ", " al terminar el ") + shortDay(lang, day)
	}
	return s + pick(lang, " ", " del ") + shortDay(lang, day)
}

// Clock gives a time of day: "11:00 a.m. CT", "11:00 a. m. (hora central)", "noon CT".
func Clock(lang Lang, t time.Time, loc *time.Location) string {
	return zoned(lang, hour(lang, t.In(loc)), Zone(lang, t, loc))
}

// Instant gives a moment of the past or future in full: "Tuesday, June 2, 6:12 p.m. CT".
func Instant(lang Lang, t time.Time, loc *time.Location, now time.Time) string {
	t = t.In(loc)
	if midnight(t) {
		return zoned(lang, pick(lang, "midnight at the start of "+Day(EN, t, loc, now)+",",
			"medianoche al comenzar el "+Day(ES, t, loc, now)), Zone(lang, t, loc))
	}
	return Day(lang, t, loc, now) + ", " + Clock(lang, t, loc)
}

// Span gives a length of time in its largest unit, minutes rounded down: "26 min", "3 h 5 min",
// "41 days". A negative one is given without its sign.
func Span(lang Lang, d time.Duration) string {
	d = d.Abs()
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h >= 48:
		return strconv.Itoa(h/24) + pick(lang, " days", " días")
	case h > 0 && m > 0:
		return fmt.Sprintf("%d h %d min", h, m)
	case h > 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d min", m)
}

// Late gives by how much due has passed: "26 min late", "26 min de atraso".
func Late(lang Lang, due, now time.Time) string {
	return Span(lang, now.Sub(due)) + pick(lang, " late", " de atraso")
}

// hour writes the time of day with its half: "9:00 a.m.", "noon", "9:00 a. m.".
func hour(lang Lang, t time.Time) string {
	switch {
	case midnight(t):
		return pick(lang, "midnight", "medianoche")
	case t.Hour() == 12 && t.Minute() == 0:
		return pick(lang, "noon", "mediodía")
	case t.Hour() < 12:
		return bareHour(t) + pick(lang, " a.m.", " a. m.")
	}
	return bareHour(t) + pick(lang, " p.m.", " p. m.")
}

func bareHour(t time.Time) string { return t.Format("3:04") }

// article gives the Spanish article before a time, contracted with "a" if asked: "la 1:00", "las
// 9:00", "el mediodía", "al mediodía", "la medianoche".
func article(t time.Time, prep string) string {
	switch {
	case midnight(t), t.Hour()%12 == 1:
		return strings.TrimPrefix(prep+" la ", " ")
	case t.Hour() == 12 && t.Minute() == 0:
		if prep == "a" {
			return "al "
		}
		return "el "
	}
	return strings.TrimPrefix(prep+" las ", " ")
}

func midnight(t time.Time) bool { return t.Hour() == 0 && t.Minute() == 0 }

// sameHalf reports whether both times can share one "a.m.": the same half of the same day, and
// neither is noon or midnight.
func sameHalf(s, e time.Time) bool {
	word := func(t time.Time) bool { return t.Hour()%12 == 0 && t.Minute() == 0 }
	return days(s, e) == 0 && s.Hour()/12 == e.Hour()/12 && !word(s) && !word(e)
}

func shortDay(lang Lang, t time.Time) string {
	if lang == ES {
		return fmt.Sprintf("%s %d de %s", esShort[t.Weekday()], t.Day(), esMonths[t.Month()-1])
	}
	return fmt.Sprintf("%s, %s %d", enDays[t.Weekday()][:3], smsMonth[t.Month()-1], t.Day())
}

// plain drops the accent of mediodía, which no GSM-7 text can hold.
func plain(s string) string { return strings.ReplaceAll(s, "í", "i") }

// days counts the calendar days from a to b, both already in the zone.
func days(a, b time.Time) int {
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(day(b).Sub(day(a)) / (24 * time.Hour))
}

func pick(lang Lang, en, es string) string {
	if lang == ES {
		return es
	}
	return en
}

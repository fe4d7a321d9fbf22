package words

import "time"

// generic gives, for the standard abbreviation of a zone with daylight saving time, its name for
// the whole year, short and in Spanish.
var generic = map[string]struct{ short, es string }{
	"EST":  {"ET", "hora del este"},
	"CST":  {"CT", "hora central"},
	"MST":  {"MT", "hora de la montaña"},
	"PST":  {"PT", "hora del Pacífico"},
	"AKST": {"AKT", "hora de Alaska"},
	"HST":  {"HT", "hora de Hawái"},
	"HDT":  {"HT", "hora de Hawái"},
	"AST":  {"AT", "hora del Atlántico"},
}

// Zone names the zone of t for people: "CT", "hora central". In an hour that the clock shows
// twice, and only then, it says which one: "CDT", "hora central CDT".
// Arizona is "MST".
func Zone(lang Lang, t time.Time, loc *time.Location) string {
	short := ZoneShort(t, loc)
	if lang != ES {
		return short
	}
	name, ok := generic[standard(t.In(loc))]
	if !ok {
		return short
	}
	if short != name.short {
		return name.es + " " + short
	}
	return name.es
}

// ZoneShort is Zone in letters, for staff and text messages.
func ZoneShort(t time.Time, loc *time.Location) string {
	t = t.In(loc)
	abbr, _ := t.Zone()
	if name, ok := generic[standard(t)]; ok && !repeated(t) && !arizona(t) {
		return name.short
	}
	return abbr
}

// arizona reports whether t's zone keeps mountain standard time all year. "MT" would be read as
// Denver's time there, and be wrong by an hour all summer.
func arizona(t time.Time) bool {
	january, _ := time.Date(t.Year(), time.January, 1, 12, 0, 0, 0, t.Location()).Zone()
	july, _ := time.Date(t.Year(), time.July, 1, 12, 0, 0, 0, t.Location()).Zone()
	return january == "MST" && july == "MST"
}

// standard gives the abbreviation of t's zone in its winter of that year.
func standard(t time.Time) string {
	winter := t
	for _, month := range []time.Month{time.January, time.July} {
		if at := time.Date(t.Year(), month, 1, 12, 0, 0, 0, t.Location()); !at.IsDST() {
			winter = at
		}
	}
	abbr, _ := winter.Zone()
	return abbr
}

// repeated reports whether the clock of t's zone shows t's time of day twice, because it was or
// will be put back.
func repeated(t time.Time) bool {
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	if !end.IsZero() {
		_, next := end.Zone()
		if back := time.Duration(offset-next) * time.Second; back > 0 && end.Sub(t) <= back {
			return true
		}
	}
	if !start.IsZero() {
		_, before := start.Add(-time.Second).Zone()
		if back := time.Duration(before-offset) * time.Second; back > 0 && t.Sub(start) < back {
			return true
		}
	}
	return false
}

// zoned puts the name of a zone behind a time: "9:00 a.m. CT", "9:00 a. m. (hora central)".
func zoned(lang Lang, s, zone string) string {
	if lang == ES {
		return s + " (" + zone + ")"
	}
	return s + " " + zone
}

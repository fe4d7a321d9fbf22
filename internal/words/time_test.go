package words

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestTimes(t *testing.T) {
	ct := zone(t, "America/Chicago")
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, ct)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	now := at("2026-06-02 18:12")
	w := func(l Lang, s, e string) string { return Window(l, at(s), at(e), ct, now) }
	sw := func(l Lang, s, e string) string { return ShortWindow(l, at(s), at(e), ct) }
	by := func(l Lang, s string) string { return By(l, at(s), ct, now) }
	first := time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC) // 1:30 a.m. CDT
	for _, c := range [][2]string{
		{Date(EN, at("2026-06-03 08:30"), ct, now), "tomorrow, Wednesday, June 3"},
		{Date(ES, at("2026-06-03 08:30"), ct, now), "mañana, miércoles 3 de junio"},
		{Date(EN, at("2026-06-02 00:00"), ct, now), "today, Tuesday, June 2"},
		{Date(EN, at("2026-06-01 23:59"), ct, now), "yesterday, Monday, June 1"},
		{Date(EN, at("2027-01-01 08:00"), ct, at("2026-12-31 23:30")), "tomorrow, Friday, January 1, 2027"},
		{Date(ES, at("2027-01-01 08:00"), ct, at("2026-12-31 23:30")), "mañana, viernes 1 de enero de 2027"},
		{w(EN, "2026-06-03 08:30", "2026-06-03 09:00"), "tomorrow, Wednesday, June 3, between 8:30 and 9:00 a.m. CT"},
		{w(ES, "2026-06-03 08:30", "2026-06-03 09:00"), "mañana, miércoles 3 de junio, entre las 8:30 y las 9:00 a. m. (hora central)"},
		{w(EN, "2026-06-03 11:30", "2026-06-03 12:00"), "tomorrow, Wednesday, June 3, between 11:30 a.m. and noon CT"},
		{w(EN, "2026-06-03 12:00", "2026-06-03 12:30"), "tomorrow, Wednesday, June 3, between noon and 12:30 p.m. CT"},
		{w(ES, "2026-06-03 11:30", "2026-06-03 12:00"), "mañana, miércoles 3 de junio, entre las 11:30 a. m. y el mediodía (hora central)"},
		{w(ES, "2026-06-03 12:45", "2026-06-03 13:15"), "mañana, miércoles 3 de junio, entre las 12:45 y la 1:15 p. m. (hora central)"},
		{w(EN, "2026-06-03 11:45", "2026-06-03 12:15"), "tomorrow, Wednesday, June 3, between 11:45 a.m. and 12:15 p.m. CT"},
		{w(EN, "2026-06-02 23:30", "2026-06-03 00:00"), "today, Tuesday, June 2, between 11:30 p.m. and midnight CT"},
		{w(EN, "2026-06-02 23:45", "2026-06-03 00:15"), "between today, Tuesday, June 2, 11:45 p.m., and tomorrow, Wednesday, June 3, 12:15 a.m. CT"},
		{w(ES, "2026-06-02 23:45", "2026-06-03 00:15"), "entre hoy, martes 2 de junio, a las 11:45 p. m., y mañana, miércoles 3 de junio, a las 12:15 a. m. (hora central)"},
		{sw(EN, "2026-06-03 08:30", "2026-06-03 09:00"), "Wed, June 3, 8:30 to 9:00 a.m. CT"},
		{sw(ES, "2026-06-03 08:30", "2026-06-03 09:00"), "el mié 3 de junio, de 8:30 a 9:00 a. m."},
		{sw(EN, "2026-06-02 23:45", "2026-06-03 00:15"), "Tue, June 2, 11:45 p.m. to Wed, June 3, 12:15 a.m. CT"},
		{sw(ES, "2026-06-06 11:30", "2026-06-06 12:00"), "el sab 6 de junio, de 11:30 a. m. a mediodia"},
		{by(EN, "2026-06-02 21:30"), "by 9:30 p.m. CT"},
		{by(ES, "2026-06-02 21:30"), "antes de las 9:30 p. m. (hora central)"},
		{by(EN, "2026-06-03 09:30"), "by 9:30 a.m. CT tomorrow, Wednesday, June 3"},
		{by(ES, "2026-06-03 12:00"), "antes del mediodía (hora central) de mañana, miércoles 3 de junio"},
		{by(EN, "2026-06-08 09:30"), "by 9:30 a.m. CT on Monday, June 8"},
		{by(ES, "2026-06-08 13:30"), "antes de la 1:30 p. m. (hora central) del lunes 8 de junio"},
		{by(EN, "2026-06-03 00:00"), "by midnight CT"},
		{by(EN, "2026-06-04 00:00"), "by midnight CT at the end of tomorrow, Wednesday, June 3"},
		{by(ES, "2026-06-09 00:00"), "antes de la medianoche (hora central) al terminar el lunes 8 de junio"},
		{ShortBy(EN, at("2026-06-03 00:20"), ct, now), "by 12:20 a.m. CT Wed, June 3"},
		{ShortBy(ES, at("2026-06-02 21:30"), ct, now), "antes de las 9:30 p. m."},
		{ShortBy(ES, at("2026-06-03 12:00"), ct, now), "antes del mediodia del mié 3 de junio"},
		{ShortBy(EN, at("2026-06-04 00:00"), ct, now), "by midnight CT at the end of Wed, June 3"},
		{Clock(EN, at("2026-06-02 11:00"), ct), "11:00 a.m. CT"},
		{Clock(EN, at("2026-06-02 12:00"), ct), "noon CT"},
		{Instant(EN, at("2026-06-02 18:12"), ct, now), "Tuesday, June 2, 6:12 p.m. CT"},
		{Instant(ES, at("2026-06-02 18:12"), ct, now), "martes 2 de junio, 6:12 p. m. (hora central)"},
		{Instant(EN, at("2026-06-03 00:00"), ct, now), "midnight at the start of Wednesday, June 3, CT"},
		{Late(EN, now.Add(-26*time.Minute), now), "26 min late"},
		// The hour that comes twice, and the one that never comes.
		{Clock(EN, first, ct), "1:30 a.m. CDT"},
		{Clock(EN, first.Add(time.Hour), ct), "1:30 a.m. CST"},
		{Clock(ES, first.Add(time.Hour), ct), "1:30 a. m. (hora central CST)"},
		{Clock(EN, first.Add(90*time.Minute), ct), "2:00 a.m. CT"},
		{Clock(EN, first.Add(-31*time.Minute), ct), "12:59 a.m. CT"},
		{Clock(EN, first.Add(-30*time.Minute), ct), "1:00 a.m. CDT"},
		{Window(EN, first, first.Add(30*time.Minute), ct, now), "Sunday, November 1, between 1:30 a.m. CDT and 1:00 a.m. CST"},
		{Window(EN, first.Add(time.Hour), first.Add(90*time.Minute), ct, now), "Sunday, November 1, between 1:30 a.m. CST and 2:00 a.m. CT"},
		{ShortWindow(ES, first, first.Add(30*time.Minute), ct), "el dom 1 de noviembre, de 1:30 a. m. CDT a 1:00 a. m. CST"},
		{Window(EN, time.Date(2026, 3, 8, 7, 45, 0, 0, time.UTC), time.Date(2026, 3, 8, 8, 15, 0, 0, time.UTC), ct, now),
			"Sunday, March 8, between 1:45 and 3:15 a.m. CT"},
	} {
		if c[0] != c[1] {
			t.Errorf("\n got %s\nwant %s", c[0], c[1])
		}
	}
}

func TestZones(t *testing.T) {
	for _, when := range []time.Time{time.Date(2026, 1, 15, 18, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 18, 0, 0, 0, time.UTC)} {
		for name, want := range map[string]string{
			"America/New_York": "ET", "America/Chicago": "CT", "America/Denver": "MT", "America/Phoenix": "MST",
			"America/Los_Angeles": "PT", "America/Anchorage": "AKT", "Pacific/Honolulu": "HT",
			"America/Puerto_Rico": "AT", "UTC": "UTC",
		} {
			if got := ZoneShort(when, zone(t, name)); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if es := Zone(ES, when, zone(t, name)); name != "UTC" && !strings.HasPrefix(es, "hora ") {
				t.Errorf("%s: %s", name, es)
			}
		}
	}
}

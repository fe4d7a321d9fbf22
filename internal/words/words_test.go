package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var param = regexp.MustCompile(`\{[a-z0-9]+\}`)

func params(s string) []string {
	found := param.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestBothLanguagesHaveTheSameTexts(t *testing.T) {
	for key, en := range catalogue[EN] {
		es, ok := catalogue[ES][key]
		if !ok {
			t.Errorf("%s has no Spanish", key)
			continue
		}
		if !slices.Equal(params(en), params(es)) {
			t.Errorf("%s: parameters %v and %v", key, params(en), params(es))
		}
		if strings.TrimSpace(en) == "" || strings.TrimSpace(es) == "" {
			t.Errorf("%s is empty", key)
		}
		if one, ok := strings.CutSuffix(key, ".one"); ok && !Has(one+".other") {
			t.Errorf("%s has no plural", key)
		}
	}
	for key := range catalogue[ES] {
		if _, ok := catalogue[EN][key]; !ok {
			t.Errorf("%s has no English", key)
		}
	}
	for key := range staff {
		if !strings.HasPrefix(key, "staff.") {
			t.Errorf("%s is among the staff's words", key)
		}
	}
}

func TestPatientTextsAvoidTheDesksOwnWords(t *testing.T) {
	avoid := regexp.MustCompile(`(?i)\b(tickets?|sla|escalat\w*|tier|queue\w*|agents?|incidents?|resolve\w*|knowledge base|callbacks?|please note|simply|unfortunately|oops|easy|just|asap|shortly|patience|credentials|provider|unable|aplicar|soportar|incidente|lamentablemente)\b|[!¡]`)
	for _, lang := range Langs {
		for key, text := range catalogue[lang] {
			if bad := avoid.FindString(text); bad != "" {
				t.Errorf("%s %s says %q: %s", lang, key, bad, text)
			}
		}
	}
}

// sample holds a likely value of each parameter, for measuring texts.
var sample = []any{"client", "Mercy Health", "phone", "800-555-0143", "ref", "K7M-4QX", "name", "Sam", "n", 7,
	"supervisor", "Ana Ruiz", "count", 2, "masked", "…0199", "to", "312-555-0199", "spoken", "K 7 M, 4 Q X", "code", "123456"}

func fill(t *testing.T, lang Lang, key string) string {
	t.Helper()
	loc := zone(t, "America/Chicago")
	now := time.Date(2026, 6, 2, 23, 12, 0, 0, time.UTC)
	due := time.Date(2026, 6, 3, 13, 30, 0, 0, time.UTC)
	return T(lang, key, append([]any{
		"window", Window(lang, due, due.Add(30*time.Minute), loc, now),
		"by", By(lang, due, loc, due), "newby", By(lang, due.Add(time.Hour), loc, due),
		"clock", Clock(lang, due, loc), "when", Instant(lang, due, loc, now), "day", Day(lang, due, loc, now),
		"instant", Instant(lang, due, loc, now),
	}, sample...)...)
}

func TestPatientTextsAreReadable(t *testing.T) {
	for _, key := range Keys() {
		if strings.HasPrefix(key, "staff.") {
			continue
		}
		if text := fill(t, EN, key); len(strings.Fields(text)) >= 20 {
			if g := Grade(text); g > 6 {
				t.Errorf("%s has grade %.1f: %s", key, g, text)
			}
		}
		if text := fill(t, ES, key); len(strings.Fields(text)) >= 20 {
			if g := Inflesz(text); g < 65 {
				t.Errorf("%s has INFLESZ %.0f: %s", key, g, text)
			}
		}
	}
}

func TestGradesAgreeWithMeasuredTexts(t *testing.T) {
	for _, c := range []struct {
		got, want float64
	}{
		{Grade("We do not have an answer to this yet. You can ask us, and a person will find out. Or call us at 800-555-0143."), 0.2},
		{Grade("Is it fixed? If it still does not work, tell us. We will open your question again and call you. You do not have to explain it all again."), 1.1},
		{Inflesz("¿Ya funciona? Si todavía no funciona, díganos. Volvemos a abrir su pregunta y le llamamos. No tiene que explicar todo otra vez.") / 10, 8.0},
		{Inflesz("Puede ver su peso en libras. Elija libras aquí abajo. Su equipo médico sigue viendo kilogramos. Sus medicinas no cambian. Puede volver a cambiarlo cuando quiera.") / 10, 7.2},
	} {
		if d := c.got - c.want; d > 1 || d < -1 {
			t.Errorf("got %.1f, measured %.1f", c.got, c.want)
		}
	}
	if Grade("") != 0 || Inflesz("...") != 0 {
		t.Error("an empty text has a grade")
	}
}

func TestTextMessagesFit(t *testing.T) {
	ct := zone(t, "America/Chicago")
	now := time.Date(2026, 9, 29, 15, 0, 0, 0, time.UTC)
	start := time.Date(2026, 9, 30, 16, 45, 0, 0, time.UTC) // Wednesday, 11:45 a.m. to 12:15 p.m.
	for _, lang := range Langs {
		host := "help.stmarysmercy.io" // 20 characters
		link := host + "/t/7Q2M-X4KD-9RTW"
		if lang == ES {
			link = host + "/es/t/7Q2M-X4KD-9RTW"
		}
		args := []any{
			"desk", SMSSender(lang, "Saint Marys Mercy Care"), "window", ShortWindow(lang, start, start.Add(30*time.Minute), ct),
			"by", ShortBy(lang, start, ct, start), "newby", ShortBy(lang, start.Add(50*time.Minute), ct, start),
			"day", Day(lang, start, ct, now), "link", link, "phone", "800-555-0143", "ref", "K7M-4QX",
			"supervisor", "Bernadette O'Sullivan"[:20], "code", "123456", "n", 3, "count", 2,
			"bys", List(lang, []string{ShortBy(lang, start, ct, start), ShortBy(lang, start.Add(30*time.Minute), ct, start)}),
			"newbys", List(lang, []string{ShortBy(lang, start.Add(time.Hour), ct, start), ShortBy(lang, start.Add(90*time.Minute), ct, start)}),
		}
		most := SMSMost(lang)
		for _, key := range Keys() {
			if !strings.HasPrefix(key, "sms.") {
				continue
			}
			text := T(lang, key, args...)
			if n := SMSParts(text); n > most {
				t.Errorf("%s %s: %d parts, %d characters: %s", lang, key, n, len([]rune(text)), text)
			}
			if left := params(text); len(left) > 0 {
				t.Errorf("%s %s asks for %v", lang, key, left)
			}
		}
	}
}

// Every trigger of a message, in each of its forms, has a text for the phone and one for the mailbox.
func TestEveryMessageHasItsTexts(t *testing.T) {
	for _, k := range strings.Fields("made made_reply soon tried tried_last broken broken_other broken_list wait_person wait_supplier wait_time nudge_person nudge_other moved moved_by_us fixed fixed_again" +
		" closed reopened reopened_reply confirmed reply code link number_changed voided emergency withdrawn merged") {
		for _, key := range []string{"sms." + k, "mail." + k + ".subject", "mail." + k + ".body"} {
			if !Has(key) {
				t.Errorf("no text %s", key)
			}
		}
	}
	for _, k := range strings.Fields("stop stopped started help first unknown") {
		if !Has("sms." + k) {
			t.Errorf("no text sms.%s", k)
		}
	}
}

func TestList(t *testing.T) {
	all := []string{"a", "b", "c"}
	for n, want := range []struct{ en, es string }{{"", ""}, {"a", "a"}, {"a and b", "a y b"}, {"a, b and c", "a, b y c"}} {
		if en, es := List(EN, all[:n]), List(ES, all[:n]); en != want.en || es != want.es {
			t.Errorf("%d: %q and %q", n, en, es)
		}
	}
}

func TestSMSParts(t *testing.T) {
	for s, want := range map[string]int{
		"": 1, strings.Repeat("a", 160): 1, strings.Repeat("a", 161): 2, strings.Repeat("é", 160): 1,
		strings.Repeat("á", 70): 1, strings.Repeat("á", 71): 2, strings.Repeat("á", 135): 3,
		strings.Repeat("€", 80): 1, strings.Repeat("€", 81): 2, strings.Repeat("🙂", 35): 1, strings.Repeat("🙂", 36): 2,
	} {
		if got := SMSParts(s); got != want {
			t.Errorf("%.4s…: %d parts, want %d", s, got, want)
		}
	}
	if SMSSender(EN, "Mercy Health") != "Mercy Health help desk" || SMSSender(ES, "Mercy Health") != "Mercy Health" {
		t.Error("wrong sender")
	}
}

func TestMailSubjectsAreShort(t *testing.T) {
	loc := zone(t, "America/Chicago")
	start := time.Date(2026, 9, 30, 14, 0, 0, 0, time.UTC)
	for _, lang := range Langs {
		for _, key := range Keys() {
			if !strings.HasPrefix(key, "mail.") || !strings.HasSuffix(key, ".subject") {
				continue
			}
			text := T(lang, key, "window", ShortWindow(lang, start, start.Add(30*time.Minute), loc), "day", Day(lang, start, loc, start))
			if n := len([]rune(text)); n > 60 {
				t.Errorf("%s %s has %d characters: %s", lang, key, n, text)
			}
		}
	}
}

func TestMissingTexts(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown key passes a test in silence")
		}
	}()
	T(EN, "no.such.key")
}

func TestTextForms(t *testing.T) {
	for _, c := range [][2]string{
		{N(EN, "search.count", 1), "1 answer"},
		{N(ES, "search.count", 3), "3 respuestas"},
		{T(ES, "staff.newcall"), "New call"},
		{T(EN, "sent.number", "ref", "{client}"), "Your number is {client}"},
		{string(Parse("es-MX")), "es"}, {string(Parse("ES_us")), "es"}, {string(Parse("fr")), "en"}, {string(Parse("")), "en"},
		{ES.Name(), "Español"}, {string(EN.Other()), "es"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}

func TestWhatTakesWorkIsAskedWhereItIsNamed(t *testing.T) {
	asked := 0
	args := []any{"name", func() string { asked++; return "Maria" }, "other", func() string { t.Error("nobody names it"); return "" }}
	if got := put("Hello {name}, {name}.", args); got != "Hello Maria, Maria." || asked != 2 {
		t.Errorf("%q, asked %d times", got, asked)
	}
}

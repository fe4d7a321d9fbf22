package sla

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kept/internal/words"
)

func TestPlainWords(t *testing.T) {
	a := DefaultIn("America/Chicago")
	en, es := a.Plain("en"), a.Plain("es")
	for _, want := range []string{
		"A person answers the worst problems (P1) in 15 minutes, day and night. We do this at least 95 times out of 100.",
		"A person answers questions from patients in 15 minutes, day and night. We do this at least 95 times out of 100.",
		"We fix normal problems (P3) in 3 work days, in office hours. We do this at least 80 times out of 100.",
		"You hear from us about the worst problems (P1) every 30 minutes, day and night. We do this at least 90 times out of 100.",
		"When we say we will call about all questions, we call by then. We do this at least 98 times out of 100.",
		"This clock may stop while we wait for you. It stops for 1 day at most, and we tell you first. We remind you every 9 hours, by day.",
		"Only you can say that it is fixed.",
	} {
		if !slices.Contains(en, want) {
			t.Errorf("missing: %s\n%s", want, strings.Join(en, "\n"))
		}
	}
	for _, want := range []string{
		"Una persona contesta los casos más graves (P1) en 15 minutos, de día y de noche. Lo hacemos al menos 95 veces de cada 100.",
		"Arreglamos los casos normales (P3) en 3 días hábiles, en horas de oficina. Lo hacemos al menos 80 veces de cada 100.",
		"Este reloj puede parar mientras esperamos su respuesta. Para como mucho 5 días hábiles, y antes le avisamos. Se lo recordamos cada 1 día hábil, de día.",
		"Solo usted puede decir que ya funciona.",
	} {
		if !slices.Contains(es, want) {
			t.Errorf("missing: %s\n%s", want, strings.Join(es, "\n"))
		}
	}
	if len(en) != len(es) {
		t.Errorf("%d sentences in English, %d in Spanish", len(en), len(es))
	}
}

func TestPlainWordsReadEasily(t *testing.T) {
	a := DefaultIn("America/Chicago")
	a.Targets = append(a.Targets, target(Handoff, hours(4)).forTeam("L1"), target(Supplier, hours(4)))
	if g := words.Grade(strings.Join(a.Plain("en"), "\n")); g > 6 {
		t.Errorf("grade %.1f", g)
	}
	if g := words.Inflesz(strings.Join(a.Plain("es"), "\n")); g < 65 {
		t.Errorf("ease %.0f", g)
	}
	for _, lang := range []string{"en", "es"} {
		for _, s := range a.Plain(lang) {
			if strings.ContainsAny(s, "{}%") || strings.Contains(s, "  ") {
				t.Errorf("%s: %s", lang, s)
			}
		}
	}
}

func TestPlainWordsSayTheConditions(t *testing.T) {
	a := agreed(Target{Metric: FirstResponse, Allowed: 90 * time.Minute, Calendar: "office", Goal: 98.5, When: Conditions{
		Priorities: []string{"P1", "P2"}, Audiences: []string{"clinician"}, Functions: []string{"orders"}, Sites: []string{"Mercy North"}, Teams: []string{"L2"}}})
	if got, want := a.Plain("en")[0], "A person answers the worst problems (P1) and urgent problems (P2), questions from clinicians about orders at Mercy North with team L2 in 1 hour 30 minutes, in office hours. We do this at least 98.5 times out of 100."; got != want {
		t.Error(got)
	}
	if got := a.Plain("es")[0]; !strings.Contains(got, "médicos y enfermeras") || !strings.Contains(got, "1 hora 30 minutos") {
		t.Error(got)
	}
	// Days that differ are written as hours.
	a.Calendars[1].Hours, a.Targets[0].Allowed = "UTC; mon 08:00-17:00; tue 08:00-12:00", 9*time.Hour
	if got := a.Plain("en")[0]; !strings.Contains(got, "in 9 hours, in office hours") {
		t.Error(got)
	}
}

package demo

import (
	"strings"
	"testing"

	"kept/internal/desk"
	"kept/internal/words"
)

func questions(t *testing.T) []question {
	t.Helper()
	all, err := readQuestions()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryAnswerIsWholeAndItsFunctionAndSkillAreKnown(t *testing.T) {
	functions, err := readFunctions()
	if err != nil {
		t.Fatal(err)
	}
	if len(functions) != 135 {
		t.Errorf("%d functions, want 135", len(functions))
	}
	known := map[string]bool{}
	for _, s := range skills {
		if s.Name == "" || s.NameES == "" || s.Public == "" || s.PublicES == "" || known[s.Code] {
			t.Errorf("skill %s is not whole", s.Code)
		}
		known[s.Code] = true
	}
	byID := map[int64]bool{}
	for _, f := range functions {
		byID[f.ID] = true
		if !known[f.Skill] {
			t.Errorf("function %d needs the unknown skill %s", f.ID, f.Skill)
		}
	}
	all := questions(t)
	if len(all) != 60 {
		t.Errorf("%d answers, want 60", len(all))
	}
	slugs, ranks := map[string]bool{}, map[int]bool{}
	for _, q := range all {
		if slugs[q.Slug] || q.Slug != strings.ToLower(q.Slug) {
			t.Errorf("%s: slug %q", q.id, q.Slug)
		}
		slugs[q.Slug] = true
		if !byID[q.Function] || !known[q.Skill] {
			t.Errorf("%s: function %d, skill %q", q.id, q.Function, q.Skill)
		}
		if q.Rank != 0 && ranks[q.Rank] {
			t.Errorf("%s: rank %d is there twice", q.id, q.Rank)
		}
		ranks[q.Rank] = true
		switch q.Kind {
		case desk.AnswerAction, desk.AnswerSteps, desk.AnswerShort, desk.AnswerAsk:
		default:
			t.Errorf("%s: kind %q", q.id, q.Kind)
		}
		for _, said := range append(append([]string{}, q.said...), q.dicho...) {
			if n := len([]rune(said)); n > 80 {
				t.Errorf("%s: %q is %d characters long and would be cut as a subject", q.id, said, n)
			}
		}
		if q.Audience == desk.Patient && (len(q.dicho) == 0 || !strings.Contains(q.Aloud, "\n\n")) {
			t.Errorf("%s: patients ask in Spanish too", q.id)
		}
	}
	for rank := 1; rank <= 6; rank++ {
		if !ranks[rank] {
			t.Errorf("nothing is asked most in place %d", rank)
		}
	}
}

// People in pain and people who read little read these.
func TestAnswersForPatientsAreEasyToRead(t *testing.T) {
	for _, q := range questions(t) {
		if q.Audience != desk.Patient {
			continue
		}
		en, es, _ := strings.Cut(q.Aloud, "\n\n")
		for _, text := range []string{q.Body, en} {
			if g := words.Grade(text); g > 6 {
				t.Errorf("%s reads like grade %.1f: %s", q.id, g, text)
			}
		}
		for _, text := range []string{q.BodyES, es} {
			if f := words.Inflesz(text); f < 65 {
				t.Errorf("%s has an INFLESZ of %.0f: %s", q.id, f, text)
			}
		}
	}
}

func TestTheAnswerOfTheStoryHasItsWords(t *testing.T) {
	q := questions(t)[0]
	if q.Slug != "weight-in-pounds" || q.Kind != desk.AnswerAction || q.Title != "See your weight in pounds" {
		t.Errorf("it is %s %s %q", q.Slug, q.Kind, q.Title)
	}
	if want := "You can see your weight in pounds. Choose pounds below. Your care team will still see kilograms. Your medicine does not change. You can change it back at any time."; q.Body != want {
		t.Errorf("it says %q", q.Body)
	}
	if want := "Puede ver su peso en libras. Elija libras aquí abajo. Su equipo médico sigue viendo kilogramos. Sus medicinas no cambian. Puede volver a cambiarlo cuando quiera."; q.BodyES != want {
		t.Errorf("it says %q", q.BodyES)
	}
}

// A clean text must not raise an alarm each time somebody asks an ordinary question.
func TestOrdinaryQuestionsRaiseNoEmergency(t *testing.T) {
	for _, q := range questions(t) {
		for _, said := range append(append([]string{}, q.said...), q.dicho...) {
			switch f := desk.Worst(desk.RedFlags(said)); f {
			case desk.FlagEmergency, desk.FlagCrisis:
				t.Errorf("%s: %q is taken for %s", q.id, said, f)
			}
		}
	}
}

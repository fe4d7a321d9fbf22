package app

import (
	"fmt"
	"testing"

	"kept/internal/desk"
)

var someAnswers = []desk.Answer{
	{ID: 1, Slug: "units", Rank: 1, Title: "See my weight in pounds or kilos", TitleES: "Ver mi peso en libras o kilos",
		Asked: "switch kg to lbs; weight shows in kilograms; height in feet and inches; temperature fahrenheit; cambiar unidades"},
	{ID: 2, Slug: "password", Rank: 2, Title: "I forgot my password", TitleES: "Olvidé mi contraseña",
		Asked: "cannot sign in; locked out; reset password; username; no puedo entrar"},
	{ID: 3, Slug: "results", Rank: 3, Title: "Find my test results", TitleES: "Ver los resultados de mis análisis",
		Asked: "lab results not there; blood test; MyChart results missing; cuándo salen los resultados"},
	{ID: 4, Slug: "proxy", Rank: 4, Title: "See my child's records", TitleES: "Ver el expediente de mi hijo",
		Asked: "proxy access; parent; teen; my mother's chart; acceso de padres"},
	{ID: 5, Slug: "video", Title: "Join a video visit", TitleES: "Unirme a una videovisita",
		Asked: "camera microphone does not work; telehealth link; waiting room"},
	{ID: 6, Slug: "message", Title: "Send a message to my doctor", TitleES: "Enviar un mensaje a mi médico",
		Asked: "message failed; attach a photo; no reply from care team; MyChart message"},
	{ID: 7, Slug: "bill", Title: "Pay my bill", TitleES: "Pagar mi factura", Asked: "statement balance payment plan"},
	{ID: 8, Slug: "barcode", Title: "The scanner does not read the wristband", TitleES: "El escáner no lee la pulsera",
		Asked: "BCMA barcode scan medication wristband"},
	{ID: 9, Slug: "reschedule", Title: "Change or cancel an appointment", TitleES: "Cambiar o cancelar una cita",
		Asked: "reschedule move appointment"},
}

func TestFindingAnswersInPeoplesWords(t *testing.T) {
	x := newAnswerIndex(someAnswers)
	for _, c := range []struct{ words, first string }{
		{"pounds", "units"}, {"lbs", "units"}, {"lb", "units"}, {"weight kg", "units"}, {"libras", "units"},
		{"kilos a libras", "units"}, {"POUNDS", "units"}, {"Poundz", "units"}, {"kilogramos", "units"},
		{"How do I change my weight from kilos to pounds?", "units"},
		{"how do I see pounds", "units"}, {"peso en libras", "units"},
		{"password", "password"}, {"passwrod", "password"}, {"contraseña", "password"}, {"contrasena", "password"},
		{"Olvide mi contraseña", "password"}, {"cant sign in", "password"}, {"log in", "password"},
		{"login", "password"}, {"loging in", "password"}, {"no puedo entrar", "password"}, {"I'm locked out", "password"},
		{"lab results", "results"}, {"resultados", "results"}, {"resutls", "results"}, {"análisis", "results"},
		{"my daughter's chart", "proxy"}, {"mi hija", "proxy"}, {"video visit", "video"}, {"telehealth", "video"},
		{"mensaje para el doctor", "message"}, {"messaging my dr", "message"}, {"pay a bill", "bill"},
		{"factura", "bill"}, {"wristband scanning", "barcode"}, {"cancel appt", "reschedule"}, {"cambiar mi cita", "reschedule"},
		{"Yesterday I tried three times to write a message to my doctor about the new diet and it never went through, an ugly red box came up", "message"},
	} {
		got := x.find(c.words, 6)
		if len(got) == 0 || got[0].Slug != c.first {
			t.Errorf("%q finds %v, want %s first", c.words, slugs(got), c.first)
		}
	}
}

func TestNonsenseFindsNothing(t *testing.T) {
	x := newAnswerIndex(someAnswers)
	for _, words := range []string{"", "   ", "asdf qwer", "?!", "the", "how do I", "gracias", "xyzzy plugh", "12345",
		"bicycle volcano message", "\x00\xff", "ábcdé"} {
		if got := x.find(words, 6); len(got) > 0 {
			t.Errorf("%q finds %v", words, slugs(got))
		}
	}
	if got := newAnswerIndex(nil).find("pounds", 6); len(got) > 0 {
		t.Error("a desk without answers finds some")
	}
}

func TestFindingStopsAtN(t *testing.T) {
	x := newAnswerIndex(someAnswers)
	if got := x.find("results password message", 2); len(got) != 2 {
		t.Errorf("want 2, got %v", slugs(got))
	}
	if got := x.find("pounds", 0); len(got) != 0 {
		t.Errorf("want none, got %v", slugs(got))
	}
}

func TestOneEdit(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"pound", "pound", true}, {"pound", "poundz", true}, {"pound", "puond", true}, {"pound", "pond", true},
		{"pound", "bound", true}, {"pound", "bond", false}, {"pound", "punod", false}, {"", "a", true}, {"", "ab", false},
		{"ab", "ba", true}, {"abc", "cba", false},
	} {
		if oneEdit(c.a, c.b) != c.want || oneEdit(c.b, c.a) != c.want {
			t.Errorf("oneEdit(%q, %q) is not %v", c.a, c.b, c.want)
		}
	}
}

func BenchmarkFindAnswers(b *testing.B) {
	var many []desk.Answer
	for i := range 100 {
		a := someAnswers[i%len(someAnswers)]
		a.ID, a.Title = int64(i), fmt.Sprintf("%s %c%dx", a.Title, 'a'+i%26, i)
		many = append(many, a)
	}
	x := newAnswerIndex(many)
	for b.Loop() {
		x.find("how do I chnge my weight from kilogramos to poundz in the aplication", 6)
	}
}

func slugs(list []desk.Answer) (out []string) {
	for _, a := range list {
		out = append(out, a.Slug)
	}
	return out
}

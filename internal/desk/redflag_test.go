package desk

import (
	"strings"
	"testing"
)

func TestRedFlagsLeadWhereTheyShould(t *testing.T) {
	for text, want := range map[string]Flag{
		"How do I see my weight in pounds": FlagNone, "How do I see my weight in pounds, not kilograms?": FlagNone,
		"I forgot my password": FlagNone, "My account is locked": FlagNone, "": FlagNone,
		"I cannot book, cancel or check in": FlagNone, "The keystroke does not work": FlagNone,
		"I cannot find my blood pressure": FlagNone, "Olvidé mi contraseña": FlagNone,
		"¿Cómo veo mi peso en libras?": FlagNone, "Quiero ver mis resultados": FlagNone,
		"My result says abnormal: what does it mean?":       FlagNurse,
		"My refill request failed and I am out of medicine": FlagNurse,
		"I have a fever and a cough":                        FlagNurse,
		"me siento mal, tengo fiebre":                       FlagNurse,
		"Should I stop taking this?":                        FlagNurse,
		"My wound is red after surgery":                     FlagNurse,
		"I have chest pain":                                 FlagEmergency,
		"CHEST\nPAIN!!":                                     FlagEmergency,
		"chestpain since noon":                              FlagEmergency,
		"I can’t breathe":                                   FlagEmergency,
		"i cant breath":                                     FlagEmergency,
		"can't log in. my baby is not breathing":            FlagEmergency,
		"she had a stroke":                                  FlagEmergency,
		"I took too many pills":                             FlagEmergency,
		"me duele el pecho":                                 FlagEmergency,
		"No puedo respirar":                                 FlagEmergency,
		"mi bebé no respira":                                FlagEmergency,
		"dolor en el pecho":                                 FlagEmergency,
		"tomó demasiadas pastillas":                         FlagEmergency,
		"I want to kill myself tonight with pills":          FlagEmergency,
		"my mother passed out":                              FlagEmergency,
		"bleeding that will not stop":                       FlagEmergency,
		"I want to die":                                     FlagCrisis,
		"thinking about suiside":                            FlagCrisis,
		"no quiero vivir":                                   FlagCrisis,
		"quiero morir":                                      FlagCrisis,
		"I don't want to live any more":                     FlagCrisis,
		"I charted on the wrong patient":                    FlagSafety,
		"The weight-based dose looks wrong":                 FlagSafety,
		"I can see somebody else's information":             FlagPrivacy,
		"My laptop was stolen":                              FlagPrivacy,
		"I do not have chest pain":                          FlagNurse,
		"No chest pain. I want a new password":              FlagNurse,
		"No, chest pain now":                                FlagEmergency,
		"no tengo dolor de pecho":                           FlagNurse,
	} {
		if got := Worst(RedFlags(text)); got != want {
			t.Errorf("%q leads to %q, want %q: %+v", text, got, want, RedFlags(text))
		}
	}
}

func TestNegationIsShownAndNotHidden(t *testing.T) {
	found := RedFlags("I don't have any chest pain")
	if len(found) == 0 || !found[0].Negated || found[0].Words != "chest pain" {
		t.Fatalf("got %+v", found)
	}
}

func TestRedFlagWordsStandInTheText(t *testing.T) {
	found := RedFlags("Hola, me duele\n el «pecho» mucho")
	if len(found) == 0 || !strings.Contains(found[0].Words, "duele") {
		t.Fatalf("got %+v", found)
	}
}

// The sixty questions that the desk knows best: those about the website and the tools must lead
// nowhere, and only those about care or privacy may lead to a flag.
func TestEverydayQuestionsRaiseNoFalseAlarm(t *testing.T) {
	for _, q := range plainQuestions {
		if found := RedFlags(q); len(found) > 0 {
			t.Errorf("%q: %+v", q, found)
		}
	}
	for q, want := range careQuestions {
		if got := Worst(RedFlags(q)); got != want && got != FlagNone {
			t.Errorf("%q leads to %q, want %q or nothing", q, got, want)
		}
	}
}

func FuzzRedFlags(f *testing.F) {
	f.Add("I can’t breathe \u0301\xff\xf0 ¿me duele?")
	f.Add("'''")
	f.Fuzz(func(t *testing.T, s string) {
		for _, found := range RedFlags(s) {
			if !strings.Contains(s, found.Words) || found.Words == "" || severity[found.Flag] == 0 {
				t.Fatalf("%q: %+v", s, found)
			}
		}
	})
}

func BenchmarkRedFlags1000(b *testing.B) {
	text := strings.Repeat("I cannot see the result of my last visit and the page stays empty. ", 15)[:1000]
	b.ReportAllocs()
	for b.Loop() {
		RedFlags(text)
	}
}

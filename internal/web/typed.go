package web

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strings"
	"unicode/utf8"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/words"
)

// PUT /desk/t/{ref}/typed/{place} and PUT /desk/call/{key}/typed/{place}: what somebody types is kept every
// two seconds. The answer says that it was, and what a reader will make of it.
func (h *handler) keepTyped(w http.ResponseWriter, r *http.Request, s signed) error {
	t := app.Typed{Place: r.PathValue("place"), Call: r.PathValue("key"), Body: r.PostForm.Get("text"), Key: r.PostForm.Get("form")}
	if r.PathValue("ref") != "" {
		ref, err := pathRef(r)
		if err != nil {
			return err
		}
		t.Ref = ref
	}
	if err := h.app.KeepTyped(r.Context(), s.v, t); err != nil {
		return err
	}
	said := map[string]string{"saved": ""}
	if strings.TrimSpace(t.Body) != "" {
		said["saved"] = "Saved " + words.Clock(words.EN, h.app.Now(), h.staffZone(r, s)) + "."
	}
	if t.Place == "reply" {
		said["hints"] = hints(t.Body, r.PostForm.Get("lang"))
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(said)
}

// gradeFrom is from how many words on a grade says anything.
const gradeFrom = 5

// hints says how long a text is, in how many parts it would go as a text message, and how hard it is to read.
func hints(text, lang string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	s := count(utf8.RuneCountInString(text), "character") + ", " + count(words.SMSParts(text), "text message") + "."
	if len(strings.Fields(text)) < gradeFrom {
		return s
	}
	if words.Parse(lang) == words.ES {
		switch ease := words.Inflesz(text); {
		case ease >= 65:
			return s + fmt.Sprintf(" Easy to read (%.0f).", ease)
		default:
			return s + fmt.Sprintf(" Hard to read (%.0f): use shorter sentences and words.", ease)
		}
	}
	grade := int(math.Max(1, math.Round(words.Grade(text))))
	if grade > 8 {
		return s + fmt.Sprintf(" Reads like grade %d: use shorter sentences and words.", grade)
	}
	return s + fmt.Sprintf(" Reads like grade %d.", grade)
}

// typedURL is where what is typed into a field of a ticket is kept.
func typedURL(ref desk.Ref, place string) string { return ticketURL(ref) + "/typed/" + place }

package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kept/internal/desk"
	"kept/internal/store/storetest"
	"kept/internal/testkit"
)

// onePhone is a phone that got one text and takes one answer.
type onePhone struct{ got, taken []string }

func (p *onePhone) Calls() []PhoneCall {
	return []PhoneCall{
		{ID: "ring-0", From: "+18005550143", To: "+13125550191", Say: "An old one.", Key: "1", At: time.Unix(0, 0)},
		{ID: "ring-1", From: "+18005550143", To: "+13125550181", Say: "This is the help desk: <b>", Ringing: true, At: time.Unix(60, 0)},
	}
}

func (p *onePhone) Take(_ context.Context, id string, how PhoneTake) error {
	if p.taken = append(p.taken, id+" "+string(how)); id != "ring-1" {
		return desk.Errorf(desk.Conflict, "call.over", "over")
	}
	return nil
}

func (p *onePhone) Numbers() []string { return []string{"+13125550199"} }

func (p *onePhone) Whose(number string) string {
	return map[string]string{"+13125550199": "Maria Gomez, patient", "+13125550181": "Ana Ruiz, at the desk"}[number]
}

func (p *onePhone) Texts(string) []PhoneText {
	return []PhoneText{{From: "+18005550143", To: "+13125550199", Body: "We will call you. Change: mercy.help/t/ABCD-EFGH. <b>", At: time.Unix(0, 0)}}
}

func (p *onePhone) Mails(string) []PhoneMail {
	return []PhoneMail{{To: "a@b.example", Subject: "News", Body: "See https://mercy.help/t/ABCD", At: time.Unix(0, 0)}}
}

func (p *onePhone) Reply(_ context.Context, number, to, text string) error {
	if p.got = append(p.got, number+" "+to+" "+text); text == "no" {
		return errors.New("refused")
	}
	return nil
}

func TestPhonesOfTheDemo(t *testing.T) {
	d, phone := testkit.New(t, storetest.SQLite(t)), &onePhone{}
	pages := New(Options{App: d.App, Phones: phone})
	ask := func(method, path string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		return w
	}
	body := ask("GET", "/demo/phone", nil).Body.String()
	for _, want := range []string{"312-555-0199", "Maria Gomez, patient", "Ana Ruiz, at the desk", `href="http://mercy.help/t/ABCD-EFGH"`, "&lt;b&gt;", `href="https://mercy.help/t/ABCD"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the phones do not show %s", want)
		}
	}
	to := func(text string) int {
		return ask("POST", "/demo/phone/replies", url.Values{"number": {"+13125550199"}, "to": {"+18005550143"}, "text": {text}}).Code
	}
	if got := [3]int{to("1"), to(" "), to("no")}; got != [3]int{http.StatusSeeOther, 422, 422} {
		t.Errorf("answers give %v", got)
	}
	if w := ask("POST", "/demo/phone/replies", url.Values{"number": {"+13125550100"}, "to": {"+18005550143"}, "text": {"hi"}}); w.Code != 422 || !strings.Contains(w.Body.String(), "There is no such phone") {
		t.Errorf("a phone that nobody has: %d", w.Code)
	}
	if w := ask("POST", "/demo/phone/replies", url.Values{"number": {"+13125550199"}}); !strings.Contains(w.Body.String(), `href="#text-+13125550199"`) || !strings.Contains(w.Body.String(), `aria-invalid="true"`) {
		t.Error("what is wrong does not stand at the field of the phone")
	}
	if len(phone.got) != 2 || phone.got[0] != "+13125550199 +18005550143 1" {
		t.Errorf("the desk got %q", phone.got)
	}
	for _, path := range []string{"/demo/phone", "/demo/phone/part"} {
		body := ask("GET", path, nil).Body.String()
		if rings, over := strings.Index(body, "312-555-0181"), strings.Index(body, "312-555-0191"); rings < 0 || over < rings {
			t.Errorf("%s does not show the phone that rings first", path)
		}
		for _, want := range []string{"Ringing", "Take it and press 1", "Taken, and 1 pressed", "desk: &lt;b&gt;"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not show %s", path, want)
			}
		}
		if strings.Count(body, "Let it ring out") != 1 {
			t.Errorf("%s offers to take a call that is over", path)
		}
	}
	take := func(id, how string) int {
		return ask("POST", "/demo/phone/calls", url.Values{"call": {id}, "how": {how}}).Code
	}
	if got := [4]int{take("ring-1", "one"), take("ring-1", "decline"), take("ring-0", "one"), take("ring-1", "dance")}; got != [4]int{303, 303, 409, 422} {
		t.Errorf("taking calls gives %v", got)
	}
	if len(phone.taken) != 3 || phone.taken[0] != "ring-1 one" {
		t.Errorf("taken: %q", phone.taken)
	}
	w := httptest.NewRecorder()
	New(Options{App: d.App}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/demo/phone", nil))
	if strings.Contains(w.Body.String(), "Phones of the demo") {
		t.Error("phones show outside the demo")
	}
}

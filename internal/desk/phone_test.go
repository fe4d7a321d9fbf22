package desk

import "testing"

func TestParsePhone(t *testing.T) {
	for in, want := range map[string]Phone{
		"3125550199": "+13125550199", "(312) 555-0199": "+13125550199", "1.312.555.0199": "+13125550199",
		"+1 312 555 0199": "+13125550199", " 312–555–0199 ": "+13125550199",
		"312-555-0199 x2214": "+13125550199;ext=2214", "312 555 0199 Ext. 2214": "+13125550199;ext=2214",
		"+13125550199;ext=2214": "+13125550199;ext=2214", "312-555-0199, extension 7": "",
		"312-555-0199 extension 7": "+13125550199;ext=7",
		"":                         "", "911": "", "555-0199": "", "112-555-0199": "", "312-155-0199": "", "392-911-0199": "",
		"211-555-0199": "", "+44 20 7946 0958": "", "+312 555 0199": "", "312-555-0199 x": "", "call me": "",
		"312-555-01990": "", "312-555-0199 x123456789": "", "٣١٢٥٥٥٠١٩٩": "",
	} {
		got, err := ParsePhone(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
		if err != nil && err.(*Error).Code != "phone.invalid" {
			t.Errorf("%q: %v", in, err)
		}
	}
	p := Phone("+13125550199;ext=2214")
	if p.String() != "312-555-0199 ext. 2214" || p.Masked() != "…0199" || p.last4() != "0199" || p.E164() != "+13125550199" || p.Ext() != "2214" {
		t.Error(p.String(), p.Masked(), p.last4())
	}
	if Phone("").String() != "" || Phone("").last4() != "" {
		t.Error("an empty phone is not empty")
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("(312) 555-0199 x22")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePhone(s)
		if err != nil {
			return
		}
		if again, err := ParsePhone(p.String()); err != nil || again != p {
			t.Fatalf("%q gives %q, which gives %q, %v", s, p, again, err)
		}
	})
}

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Maria.Gomez+x@Example.COM ": "maria.gomez+x@example.com",
		"a@b.co":                      "a@b.co",
		"Maria <a@b.co>":              "", "a@b.co, c@d.co": "", "a@b": "", "@b.co": "", "a b@c.co": "", "a@b.co\nBcc: x@y.z": "",
		"a@[127.0.0.1]": "", "": "",
	} {
		got, err := ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		" a\r\nb\rc\u2028d ": "a\nb\nc\nd", "a\x00\x1b[31mb": "a[31mb", "a\u202eb\u2066c\u2069": "abc",
		"👩\u200d⚕️ שלום\tx": "👩\u200d⚕️ שלום\tx",
	} {
		if got, err := CleanText(in, 100); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	if got, err := CleanLine(" a \n\t b\u00a0c ", 5); err != nil || got != "a b c" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := CleanText("áéíóú", 5); err != nil {
		t.Error(err)
	}
	if _, err := CleanText("áéíóú!", 5); err == nil || err.(*Error).Code != "text.too_long" {
		t.Error(err)
	}
	if _, err := CleanLine("\xff", 5); err == nil || err.(*Error).Code != "text.invalid" {
		t.Error(err)
	}
}

package desk

import (
	"net/mail"
	"strings"
	"unicode"
)

// Phone is a number of the North American plan in E.164, "+13125550199", with the extension
// after ";ext=" when there is one: "+13125550199;ext=2214".
type Phone string

const extMark = ";ext="

// LastExt sorts behind every extension: all phones of a line lie between its number and that with LastExt.
const LastExt = extMark + "99999999"

// ParsePhone reads a phone number as people write it: "(312) 555-0199", "1.312.555.0199",
// "312-555-0199 x2214", "+1 312 555 0199 ext. 2214". Only numbers of the North American plan are
// taken. The error is Invalid with the code "phone.invalid".
func ParsePhone(s string) (Phone, error) {
	invalid := Errorf(Invalid, "phone.invalid",
		"Enter your phone number with the area code, like 312-555-0199.")
	number, ext := s, ""
	low := strings.ToLower(s)
	for _, mark := range []string{extMark, "extension", "extensión", "ext.", "ext", "x", "#"} {
		if i := strings.Index(low, mark); i >= 0 && len(low) == len(s) {
			number = s[:i]
			var ok bool
			if ext, ok = phoneDigits(s[i+len(mark):]); !ok || ext == "" || len(ext) > 8 {
				return "", invalid
			}
			break
		}
	}
	digits, ok := phoneDigits(strings.TrimPrefix(strings.TrimSpace(number), "+"))
	if !ok {
		return "", invalid
	}
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	} else if strings.HasPrefix(strings.TrimSpace(number), "+") {
		return "", invalid // another country's number that happens to have ten digits
	}
	if !nanp(digits) {
		return "", invalid
	}
	p := "+1" + digits
	if ext != "" {
		p += extMark + ext
	}
	return Phone(p), nil
}

// nanp reports whether ten digits can be a number: neither the area code nor the exchange starts
// with 0 or 1 or is a service code like 911, and no area code has 9 in the middle.
func nanp(d string) bool {
	return len(d) == 10 && d[0] >= '2' && d[1] != '9' && d[3] >= '2' &&
		d[1:3] != "11" && d[4:6] != "11" && d[:3] != "900" // 900 costs whoever texts it
}

// phoneDigits keeps the digits of s. It is false when s has anything but digits and the marks
// that people put between them.
func phoneDigits(s string) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune("-.()/ \t\u00a0\u2010\u2011\u2012\u2013\u202a\u202c:", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// E164 gives the number without its extension, as carriers want it.
func (p Phone) E164() string {
	number, _, _ := strings.Cut(string(p), extMark)
	return number
}

// Ext gives the extension, "" without one.
func (p Phone) Ext() string {
	_, ext, _ := strings.Cut(string(p), extMark)
	return ext
}

// String gives the number for people: "312-555-0199", "312-555-0199 ext. 2214".
func (p Phone) String() string {
	n := strings.TrimPrefix(p.E164(), "+1")
	if len(n) != 10 {
		return string(p)
	}
	n = n[:3] + "-" + n[3:6] + "-" + n[6:]
	if ext := p.Ext(); ext != "" {
		n += " ext. " + ext
	}
	return n
}

// Masked gives the number as it is shown to whoever has only the tracker's link: "…0199".
func (p Phone) Masked() string { return "…" + p.last4() }

// last4 gives the last four digits of the number, the extension left aside.
func (p Phone) last4() string {
	n := p.E164()
	return n[max(0, len(n)-4):]
}

// ParseEmail reads one mail address without a display name, of at most 254 bytes, and gives it
// in lower case: one mailbox is one address, however it is written. The error is Invalid with the code "email.invalid".
func ParseEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	addr, err := mail.ParseAddress(s)
	at := strings.LastIndexByte(s, '@')
	if err != nil || addr.Address != s || len(s) > 254 || at < 1 || at > 64 ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) ||
		!strings.Contains(s[at+1:], ".") || strings.HasPrefix(s[at+1:], "[") {
		return "", Errorf(Invalid, "email.invalid",
			"Enter an email address in the right form, like name@example.com.")
	}
	return strings.ToLower(s), nil
}

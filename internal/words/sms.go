package words

import (
	"strings"
	"unicode/utf8"
)

// gsm7 is the basic GSM 03.38 character set, gsm7Two its extension, two septets each.
const (
	gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsm7Two = "^{}\\[~]|€\f"
)

// SMSParts gives how many parts a text message is sent and paid in: 160 characters of GSM-7, or
// 153 each when it takes more; with any other character (á, í, ó, ú, an emoji, a no-break space)
// 70 and 67 units of UCS-2.
func SMSParts(s string) int {
	septets, units, plain := 0, 0, true
	for _, r := range s {
		units++
		if r > 0xffff {
			units++
		}
		switch {
		case strings.ContainsRune(gsm7, r) && r != utf8.RuneError:
			septets++
		case strings.ContainsRune(gsm7Two, r):
			septets += 2
		default:
			plain = false
		}
	}
	if plain {
		return parts(septets, 160, 153)
	}
	return parts(units, 70, 67)
}

// SMSMost is how many parts a text of ours may have: Spanish, with its longer words, has two.
func SMSMost(lang Lang) int {
	if lang == ES {
		return 2
	}
	return 1
}

func parts(n, one, more int) int {
	if n <= one {
		return 1
	}
	return (n + more - 1) / more
}

// SMSSender is the name at the start of every text message, the parameter {desk}, of at most 22
// characters: "Mercy Health help desk", or the client's name alone when that is too long, and in
// Spanish. A client with a neutral sender passes that name instead of its own.
func SMSSender(lang Lang, client string) string {
	const most = 22
	if full := client + " help desk"; lang == EN && utf8.RuneCountInString(full) <= most {
		return full
	}
	if r := []rune(client); len(r) > most {
		return strings.TrimSpace(string(r[:most]))
	}
	return client
}

package words

import (
	"strings"
	"unicode"
)

// Grade gives the Flesch-Kincaid grade of an English text: 6 reads like sixth grade. Texts under
// 100 words give rough values, and a formula shows where to look, not that a text is clear.
func Grade(text string) float64 {
	sentences, words := split(text)
	if len(words) == 0 {
		return 0
	}
	n := 0
	for _, w := range words {
		n += syllablesEN(w)
	}
	return 0.39*float64(len(words))/float64(sentences) + 11.8*float64(n)/float64(len(words)) - 15.59
}

// Inflesz gives the Szigriszt-Pazos ease of a Spanish text on the INFLESZ scale: 65 and more is
// fairly easy, 80 and more very easy.
func Inflesz(text string) float64 {
	sentences, words := split(text)
	if len(words) == 0 {
		return 0
	}
	n := 0
	for _, w := range words {
		n += syllablesES(w)
	}
	return 206.835 - 62.3*float64(n)/float64(len(words)) - float64(len(words))/float64(sentences)
}

// split counts sentences and gives the words in lower case. Numbers count as words of one
// syllable; the points of "a.m." and "9.5" end no sentence.
func split(text string) (int, []string) {
	text = strings.NewReplacer("a.m.", "am", "p.m.", "pm", "a. m.", "am", "p. m.", "pm").Replace(strings.ToLower(text))
	sentences := 0
	var words []string
	var b strings.Builder
	runes := []rune(text)
	open := false // words since the last end of a sentence
	flush := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
			open = true
		}
	}
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case r == '\'' || r == '’' || r == '-' && b.Len() > 0:
		case strings.ContainsRune(".?!:\n", r):
			flush()
			if open && (i+1 == len(runes) || unicode.IsSpace(runes[i+1]) || r == '\n') {
				sentences++
				open = false
			}
		default:
			flush()
		}
	}
	flush()
	if open {
		sentences++
	}
	return max(sentences, 1), words
}

func syllablesEN(w string) int {
	if strings.IndexFunc(w, unicode.IsDigit) >= 0 {
		return 1
	}
	n, in := 0, false
	for _, r := range w {
		vowel := strings.ContainsRune("aeiouyáéíóú", r)
		if vowel && !in {
			n++
		}
		in = vowel
	}
	silent := strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") ||
		strings.HasSuffix(w, "ed") && !strings.HasSuffix(w, "ted") && !strings.HasSuffix(w, "ded") ||
		strings.HasSuffix(w, "es") && len(w) > 3 && !strings.ContainsAny(w[len(w)-3:len(w)-2], "scxzg")
	if silent {
		n--
	}
	return max(n, 1)
}

// syllablesES counts vowel groups: a weak vowel (i, u, y) joins its neighbour, two strong ones or
// an accented weak one stand apart.
func syllablesES(w string) int {
	if strings.IndexFunc(w, unicode.IsDigit) >= 0 {
		return 1
	}
	runes := []rune(w)
	n := 0
	var before rune
	for i, r := range runes {
		silent := r == 'u' && i > 0 && i+1 < len(runes) &&
			(runes[i-1] == 'q' || runes[i-1] == 'g') && strings.ContainsRune("eiéí", runes[i+1])
		final := r == 'y' && i+1 == len(runes) && i > 0
		switch {
		case silent:
			before = 0
			continue
		case strings.ContainsRune("aeoáéóíú", r):
			joined := before == 'i' || before == 'u' || before == 'ü'
			if (r == 'í' || r == 'ú') || !joined {
				n++
			}
		case r == 'i' || r == 'u' || r == 'ü':
			if before == 0 || before == 'í' || before == 'ú' {
				n++
			}
		default:
			if !final {
				before = 0
			}
			continue
		}
		before = r
	}
	return max(n, 1)
}

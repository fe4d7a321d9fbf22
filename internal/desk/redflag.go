package desk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Flag says where words of danger lead, before anything else is done with a text.
type Flag string

const (
	FlagNone      Flag = ""
	FlagEmergency Flag = "emergency" // call 911 now
	FlagCrisis    Flag = "crisis"    // call or text 988
	FlagNurse     Flag = "nurse"     // warm transfer to the client's nurse line
	FlagSafety    Flag = "safety"    // patient-safety event about health IT
	FlagPrivacy   Flag = "privacy"   // privacy or security event, now
)

// severity orders flags, the most serious highest.
var severity = map[Flag]int{
	FlagEmergency: 5, FlagCrisis: 4, FlagNurse: 3, FlagSafety: 2, FlagPrivacy: 1,
}

// Finding is one match: where it leads and the words as they stand in the text. Negated is true
// for "I do not have chest pain"; such a finding is shown in a quieter colour, and never hidden.
type Finding struct {
	Flag    Flag
	Words   string
	Negated bool
}

// RedFlags finds the words of danger in a text, in the order in which they stand. It folds case
// and accents and reads across punctuation and line breaks. It errs on the side of finding: a
// false alarm costs a person one page, a miss may cost more. It does not judge how serious a
// symptom is; every symptom leads at least to the nurse line.
func RedFlags(text string) []Finding {
	tokens := flagTokens(text)
	var found []Finding
	for i := range tokens {
		word := tokens[i].word
		found = matchAt(found, text, tokens, i, flagIndex.whole[word])
		if len(word) >= stemKey {
			for _, s := range flagIndex.stems[word[:stemKey]] {
				if strings.HasPrefix(word, s.stem) {
					found = matchAt(found, text, tokens, i, s.phrases)
				}
			}
		}
	}
	return found
}

// Worst gives the most serious flag of findings. A negated emergency or crisis counts as a
// matter for a nurse: quieter, still in front of a person at once.
func Worst(findings []Finding) Flag {
	worst := FlagNone
	for _, f := range findings {
		flag := f.Flag
		if f.Negated && severity[flag] > severity[FlagNurse] {
			flag = FlagNurse
		}
		if severity[flag] > severity[worst] {
			worst = flag
		}
	}
	return worst
}

// token is one folded word with its place in the text. Clause is true when a mark that ends a
// clause stands before it.
type token struct {
	word       string
	start, end int
	clause     bool
}

func flagTokens(text string) []token {
	tokens := make([]token, 0, len(text)/5+1)
	folded := make([]byte, 0, len(text))
	var starts []int // where in folded each word begins
	start, last, clause := -1, 0, false
	flush := func() {
		if start >= 0 {
			tokens = append(tokens, token{start: start, end: last, clause: clause})
			start, clause = -1, false
		}
	}
	for i, r := range text {
		switch c := foldRune(r); {
		case c == joins && start >= 0:
			continue // "can't", "can’t" and "cant" are one word
		case c == joins:
		case c == 0:
			flush()
			clause = clause || strings.ContainsRune(",.;:!?¡¿", r)
		default:
			if start < 0 {
				start = i
				starts = append(starts, len(folded))
			}
			folded = append(folded, c)
			last = i + utf8.RuneLen(max(r, 0))
			if r == utf8.RuneError {
				last = min(i+1, len(text))
			}
		}
	}
	flush()
	all := string(folded)
	for i := range tokens {
		end := len(all)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		tokens[i].word = all[starts[i]:end]
	}
	return tokens
}

// joins is foldRune's answer for marks inside a word: apostrophes, soft hyphens, combining
// accents and characters of no width.
const joins = 1

// foldRune gives the lower-case ASCII letter or digit of r, joins, or 0 for what separates words.
// Letters of other scripts are one placeholder, so that they make a word that matches nothing.
func foldRune(r rune) byte {
	switch {
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
		return byte(r)
	case 'A' <= r && r <= 'Z':
		return byte(r) + 'a' - 'A'
	case r < 0x80 && r != '\'' && r != '`':
		return 0
	}
	switch unicode.ToLower(r) {
	case 'á', 'à', 'ä', 'â', 'ã', 'å':
		return 'a'
	case 'é', 'è', 'ë', 'ê':
		return 'e'
	case 'í', 'ì', 'ï', 'î':
		return 'i'
	case 'ó', 'ò', 'ö', 'ô', 'õ':
		return 'o'
	case 'ú', 'ù', 'ü', 'û':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 'c'
	case '\'', '`', '’', '‘', 'ʼ', '´', '\u00ad', '\u200b', '\u200c', '\u200d', '\ufeff':
		return joins
	}
	if unicode.Is(unicode.Mn, r) {
		return joins
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return '_'
	}
	return 0
}

// phrase is one compiled line of the list: words that follow each other, each with the number of
// other words that may stand before it.
type phrase struct {
	flag  Flag
	parts []part
}

// part is a word as its alternatives; an alternative that ends in * is a stem.
type part struct {
	gap  int
	alts []string
}

func (p part) matches(word string) bool {
	for _, a := range p.alts {
		if stem, ok := strings.CutSuffix(a, "*"); ok && strings.HasPrefix(word, stem) || a == word {
			return true
		}
	}
	return false
}

// stemKey is how many letters a stem has at least, when it starts a phrase.
const stemKey = 3

type stemEntry struct {
	stem    string
	phrases []*phrase
}

// flagIndex finds phrases by their first word, so that one pass over the text is enough.
var flagIndex = buildFlags()

type flagTable struct {
	whole map[string][]*phrase
	stems map[string][]stemEntry
}

func buildFlags() flagTable {
	t := flagTable{whole: map[string][]*phrase{}, stems: map[string][]stemEntry{}}
	for _, list := range redFlagLists {
		for line := range strings.Lines(list.phrases) {
			fields := strings.Fields(line)
			if len(fields) == 0 {
				continue
			}
			p := &phrase{flag: list.flag}
			gap := 0
			for _, f := range fields {
				if n, ok := strings.CutPrefix(f, "~"); ok {
					gap = int(n[0] - '0')
					continue
				}
				p.parts = append(p.parts, part{gap: gap, alts: strings.Split(f, "|")})
				gap = 0
			}
			for _, alt := range p.parts[0].alts {
				if stem, ok := strings.CutSuffix(alt, "*"); ok {
					key := stem[:stemKey]
					t.stems[key] = append(t.stems[key], stemEntry{stem, []*phrase{p}})
				} else {
					t.whole[alt] = append(t.whole[alt], p)
				}
			}
		}
	}
	return t
}

// matchAt appends a finding for each phrase that stands at token i. A phrase of the same flag
// that starts inside the one found last only makes it longer.
func matchAt(found []Finding, text string, tokens []token, i int, phrases []*phrase) []Finding {
	for _, p := range phrases {
		last := p.end(tokens, i, 1)
		if last < 0 {
			continue
		}
		f := Finding{Flag: p.flag, Words: text[tokens[i].start:tokens[last].end], Negated: negated(tokens, i)}
		if n := len(found); n == 0 || found[n-1] != f {
			found = append(found, f)
		}
	}
	return found
}

// end gives the index of the last token of the phrase whose part k comes after token i, or -1.
func (p *phrase) end(tokens []token, i, k int) int {
	if k == len(p.parts) {
		return i
	}
	for skip := 0; skip <= p.parts[k].gap && i+1+skip < len(tokens); skip++ {
		if p.parts[k].matches(tokens[i+1+skip].word) {
			if last := p.end(tokens, i+1+skip, k+1); last >= 0 {
				return last
			}
		}
	}
	return -1
}

// negated looks back from token i for a "no" of the same clause with nothing but small words in
// between, so that "I cannot sign in, chest pain" stays loud.
func negated(tokens []token, i int) bool {
	for back := 0; back < 6 && i > 0 && !tokens[i].clause; back++ {
		i--
		if negators[tokens[i].word] {
			return true
		}
		if !smallWords[tokens[i].word] {
			return false
		}
	}
	return false
}

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

var (
	negators = wordSet("no not never without dont doesnt didnt isnt arent wasnt havent hasnt denies deny nor" +
		" sin nunca niega ni tampoco jamas")
	smallWords = wordSet("a an any the have has had having feel feeling is been get got currently longer or" +
		" of im in more new tengo tiene tuve hay he ha siento siente un una el la los las es ya mas ningun ninguna de")
)

// Worse reports whether f is more serious than g.
func (f Flag) Worse(g Flag) bool { return severity[f] > severity[g] }

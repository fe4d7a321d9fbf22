package app

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"kept/internal/desk"
)

// answerIndex finds answers by words. It is made once from all answers and never changes.
type answerIndex struct {
	answers []desk.Answer
	posts   map[string][]posting // by term
	rarity  map[string]float64   // of a term: high when few answers have it
	alien   float64              // rarity of a term that no answer has
	near    map[int][]string     // terms and synonyms that a mistyped word may mean, by length
}

type posting struct {
	answer int
	weight float64
}

// How much a word tells by where it stands, and how sure a corrected typing mistake is.
const (
	inTitle  = 2.0
	inAsked  = 1.0
	mistyped = 0.8
	story    = 8 // words; a question with more strange ones than that is no stranger
)

func newAnswerIndex(answers []desk.Answer) *answerIndex {
	x := &answerIndex{answers: answers, posts: map[string][]posting{}, rarity: map[string]float64{}, near: map[int][]string{}}
	for i, a := range answers {
		weight := map[string]float64{}
		for _, text := range []struct {
			words string
			worth float64
		}{{a.Title, inTitle}, {a.TitleES, inTitle}, {a.Asked, inAsked}} {
			for _, t := range terms(text.words) {
				weight[t] = max(weight[t], text.worth)
			}
		}
		// Long lists of phrases match more by chance, so each of their words tells a little less.
		longer := 1 + float64(len(weight))/100
		for t, w := range weight {
			x.posts[t] = append(x.posts[t], posting{i, w / longer})
		}
	}
	n := float64(len(answers))
	x.alien = math.Log(1 + n/0.5)
	known := map[string]bool{}
	for t, posts := range x.posts {
		x.rarity[t] = math.Log(1 + n/(0.5+float64(len(posts))))
		known[t] = true
	}
	for t := range sameAs {
		known[t] = true
	}
	for t := range known {
		x.near[len(t)] = append(x.near[len(t)], t)
	}
	for _, list := range x.near {
		slices.Sort(list)
	}
	return x
}

// find gives at most n answers that fit words, best first.
func (x *answerIndex) find(words string, n int) []desk.Answer {
	score := make([]float64, len(x.answers))
	hits := make([]int, len(x.answers))
	share := make([]float64, len(x.answers)) // of the rarity of all words asked
	total := 0.0
	for _, asked := range terms(words) {
		t, sure := asked, 1.0
		if x.posts[t] == nil {
			t, sure = x.meant(asked), mistyped
		}
		posts := x.posts[t]
		if posts == nil {
			total += x.alien
			continue
		}
		r := x.rarity[t]
		total += r
		for _, p := range posts {
			score[p.answer] += r * p.weight * sure
			share[p.answer] += r * sure
			hits[p.answer]++
		}
	}
	total = min(total, story*x.alien)
	var fit []int
	for i := range x.answers {
		// Of a short question a third must fit; a long one tells a story around two words that do.
		if hits[i] > 0 && (share[i] >= 0.3*total || hits[i] > 1 && share[i] >= 0.15*total) {
			fit = append(fit, i)
		}
	}
	slices.SortFunc(fit, func(i, j int) int {
		return cmp.Or(cmp.Compare(score[j], score[i]), cmp.Compare(ranked(x.answers[i]), ranked(x.answers[j])),
			cmp.Compare(x.answers[i].ID, x.answers[j].ID))
	})
	// What fits much worse than the best is noise beside it.
	var out []desk.Answer
	for _, i := range fit {
		if len(out) == n || score[i] < score[fit[0]]/4 {
			break
		}
		out = append(out, x.answers[i])
	}
	return out
}

// ranked orders answers that people ask for most before those without a rank.
func ranked(a desk.Answer) int {
	if a.Rank == 0 {
		return math.MaxInt
	}
	return a.Rank
}

// meant gives the rarest known term that is one typing mistake away from a word of five letters or
// more; "" when none is.
func (x *answerIndex) meant(word string) string {
	if len(word) < 5 {
		return ""
	}
	best, rarest := "", 0.0
	for n := len(word) - 1; n <= len(word)+1; n++ {
		for _, t := range x.near[n] {
			if !oneEdit(word, t) {
				continue
			}
			to := t
			if same, ok := sameAs[t]; ok {
				to = same
			}
			if r, ok := x.rarity[to]; ok && r > rarest {
				best, rarest = to, r
			}
		}
	}
	return best
}

// oneEdit reports whether a and b differ by one letter put in, left out, changed, or swapped with
// its neighbour.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return true
	}
	return a[i+1:] == b[i+1:] ||
		i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// terms gives the words of a text that tell something, folded, in their basic form, each once.
func terms(text string) []string {
	var out []string
	words := strings.FieldsFunc(fold(text), notInWord)
	for i := 0; i < len(words); i++ {
		w := words[i]
		if i+1 < len(words) {
			if same, ok := phrases[w+" "+words[i+1]]; ok {
				out = append(out, same)
				i++
				continue
			}
		}
		if stopWords[w] {
			continue
		}
		w = stem(w)
		if same, ok := sameAs[w]; ok {
			w = same
		}
		out = append(out, w)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func notInWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

var folds = strings.NewReplacer("á", "a", "à", "a", "ä", "a", "é", "e", "è", "e", "í", "i", "ó", "o", "ö", "o",
	"ú", "u", "ü", "u", "ñ", "n", "ç", "c", "'", "", "’", "",
	"\u0301", "", "\u0303", "", "\u0308", "") // and the marks of decomposed letters

// fold makes text lower case without accents and apostrophes.
func fold(text string) string { return folds.Replace(strings.ToLower(text)) }

// stem takes off the endings of English and Spanish plurals and of English verbs. What is left need
// not be a word, only the same for all forms.
func stem(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
		w = w[:len(w)-1]
	}
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ie"):
		w = w[:len(w)-2] + "y"
	case len(w) > 5 && strings.HasSuffix(w, "ing"):
		w = w[:len(w)-3]
	case len(w) > 4 && strings.HasSuffix(w, "ed"):
		w = w[:len(w)-2]
	case len(w) > 3 && strings.HasSuffix(w, "e"):
		w = w[:len(w)-1]
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && unicode.IsLetter(rune(w[n-1])) {
		w = w[:n-1]
	}
	return w
}

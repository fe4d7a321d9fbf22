package demo

import (
	"embed"
	"fmt"
	"strconv"
	"strings"

	"kept/internal/desk"
)

//go:embed answers/*.md
var answerFiles embed.FS

// question is an answer with what people say who need it.
type question struct {
	desk.Answer
	row
	said   []string // in English
	dicho  []string // in Spanish; empty where nobody asks so
	weight int      // how often it is asked, beside the others
}

// readQuestions reads the answers and joins them with questions.csv; an answer for each of its lines.
func readQuestions() ([]question, error) {
	rows, err := readRows()
	if err != nil {
		return nil, err
	}
	written := map[string]question{}
	for _, name := range []string{"patient", "clinician", "employee"} {
		text, err := answerFiles.ReadFile("answers/" + name + ".md")
		if err != nil {
			return nil, err
		}
		for _, part := range strings.Split("\n"+string(text), "\n# ")[1:] {
			q, err := parseQuestion(part)
			if err != nil {
				return nil, fmt.Errorf("answers/%s.md: %w", name, err)
			}
			if _, twice := written[q.id]; twice {
				return nil, fmt.Errorf("answers/%s.md: %s is there twice", name, q.id)
			}
			q.Audience = desk.RequesterKind(name)
			written[q.id] = q
		}
	}
	all := make([]question, 0, len(rows))
	for i, r := range rows {
		q, ok := written[r.id]
		if !ok {
			return nil, fmt.Errorf("%s has no answer", r.id)
		}
		q.row, q.ID = r, int64(i+1)
		q.Skill, q.Function, q.Tier, q.Priority = r.skill, r.function, r.tier, r.priority
		all = append(all, q)
	}
	if len(written) != len(rows) {
		return nil, fmt.Errorf("%d answers for %d questions", len(written), len(rows))
	}
	return all, nil
}

// parseQuestion reads one answer:
//
//	P01 weight-in-pounds action
//	rank: 3
//	weight: 20
//	asked: words for the search, both languages
//	said: How somebody says it.
//	dicho: Como lo dice alguien.
//
//	## See your weight in pounds
//	Body in English.
//
//	## es: Ver su peso en libras
//	Body in Spanish.
//
//	## aloud
//	What is read aloud on the phone.
//
//	## staff
//	What staff does.
func parseQuestion(text string) (q question, err error) {
	parts := strings.Split(text, "\n## ")
	head := strings.Split(strings.TrimSpace(parts[0]), "\n")
	first := strings.Fields(head[0])
	if len(first) != 3 || len(parts) != 5 {
		return q, fmt.Errorf("%q: want an id, a slug, a kind and four parts", head[0])
	}
	q.id, q.Slug, q.Kind, q.weight = first[0], first[1], desk.AnswerKind(first[2]), 2
	for _, line := range head[1:] {
		key, value, ok := strings.Cut(line, ": ")
		value = strings.TrimSpace(value)
		switch {
		case !ok:
			err = fmt.Errorf("%s: %q is no line of a head", q.id, line)
		case key == "rank":
			q.Rank, err = strconv.Atoi(value)
		case key == "weight":
			q.weight, err = strconv.Atoi(value)
		case key == "flag":
			q.Flag = desk.Flag(value)
		case key == "asked":
			q.Asked = value
		case key == "said":
			q.said = append(q.said, value)
		case key == "dicho":
			q.dicho = append(q.dicho, value)
		default:
			err = fmt.Errorf("%s: %q is not known", q.id, key)
		}
		if err != nil {
			return q, err
		}
	}
	for i, into := range []struct {
		mark        string
		title, body *string
	}{{"", &q.Title, &q.Body}, {"es: ", &q.TitleES, &q.BodyES}, {"aloud", nil, &q.Aloud}, {"staff", nil, &q.Staff}} {
		name, body, _ := strings.Cut(parts[i+1], "\n")
		rest, ok := strings.CutPrefix(name, into.mark)
		body = strings.TrimSpace(body)
		if !ok || into.title == nil && rest != "" || into.title != nil && rest == "" || body == "" {
			return q, fmt.Errorf("%s: part %d is %q", q.id, i+1, name)
		}
		if into.title != nil {
			*into.title = rest
		}
		*into.body = body
	}
	if q.Asked == "" || len(q.said) == 0 {
		return q, fmt.Errorf("%s: nobody says or asks it", q.id)
	}
	q.Asked += " " + strings.Join(q.said, " ") + " " + strings.Join(q.dicho, " ")
	return q, nil
}

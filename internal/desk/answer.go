package desk

// AnswerKind is what an answer is: something to do here, steps, a short text, or "ask a person".
type AnswerKind string

const (
	AnswerAction AnswerKind = "action"
	AnswerSteps  AnswerKind = "steps"
	AnswerShort  AnswerKind = "short"
	AnswerAsk    AnswerKind = "ask"
)

// Answer is a knowledge article, shared by all clients, in English and Spanish.
type Answer struct {
	ID       int64
	Slug     string
	Kind     AnswerKind
	Title    string
	TitleES  string
	Body     string // paragraphs parted by empty lines; lines that begin with "1. " are steps
	BodyES   string
	Aloud    string // read-aloud script for the phone
	Staff    string // staff steps
	Asked    string // how people ask it, for search, both languages
	Skill    string
	Function int64
	Audience RequesterKind
	Tier     string // identity level V0–V3
	Priority Priority
	Rank     int  // among "what people ask most"; zero: not shown there
	Flag     Flag // the question itself belongs to a nurse line, privacy …
}

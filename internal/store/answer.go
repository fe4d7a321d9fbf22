package store

import "kept/internal/desk"

const answerColumns = `id, slug, kind, title, title_es, body, body_es, aloud, staff, asked, skill, function_id, audience,
	tier, priority, rank, flag`

var (
	answersAll   = sql(`SELECT ` + answerColumns + ` FROM answer ORDER BY id`)
	answerBySlug = sql(`SELECT ` + answerColumns + ` FROM answer WHERE slug = $1`)
	addAnswer    = sql(`INSERT INTO answer (` + answerColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`)
	saveAnswer = sql(`UPDATE answer SET slug = $2, kind = $3, title = $4, title_es = $5, body = $6, body_es = $7,
		aloud = $8, staff = $9, asked = $10, skill = $11, function_id = $12, audience = $13, tier = $14,
		priority = $15, rank = $16, flag = $17 WHERE id = $1`)
)

func scanAnswer(row scanner) (a desk.Answer, err error) {
	err = row.Scan(&a.ID, &a.Slug, &a.Kind, &a.Title, &a.TitleES, &a.Body, &a.BodyES, &a.Aloud, &a.Staff, &a.Asked,
		&a.Skill, &a.Function, &a.Audience, &a.Tier, &a.Priority, &a.Rank, &a.Flag)
	return a, err
}

func answerArgs(a desk.Answer) []any {
	return []any{a.ID, a.Slug, string(a.Kind), a.Title, a.TitleES, a.Body, a.BodyES, a.Aloud, a.Staff, a.Asked,
		a.Skill, a.Function, string(a.Audience), a.Tier, string(a.Priority), int64(a.Rank), string(a.Flag)}
}

// Answers are all answers of the desk, by id: a few hundred, to be kept while Versions stand.
func (tx *DeskReadTx) Answers() ([]desk.Answer, error) { return many(tx, answersAll, scanAnswer) }

// Answer gives the answer with this word in its path, NotFound otherwise.
func (tx *DeskReadTx) Answer(slug string) (desk.Answer, error) {
	return one(tx, answerBySlug, scanAnswer, slug)
}

// AddAnswer stores a new answer under its id. A slug that is taken is a Conflict.
func (tx *DeskTx) AddAnswer(a desk.Answer) error {
	if _, err := tx.exec(addAnswer, answerArgs(a)...); err != nil {
		return err
	}
	return tx.bump(answersVersion)
}

// SaveAnswer stores every field of an answer that is there already.
func (tx *DeskTx) SaveAnswer(a desk.Answer) error {
	if err := must(tx.exec(saveAnswer, answerArgs(a)...)); err != nil {
		return err
	}
	return tx.bump(answersVersion)
}

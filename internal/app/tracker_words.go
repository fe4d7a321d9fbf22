package app

import (
	"context"
	"slices"

	"kept/internal/desk"
)

// AddWords adds something to the question. Red flags count here too; they are given back.
func (a *App) AddWords(ctx context.Context, v desk.Viewer, words string) (desk.Flag, error) {
	body, err := cleanWords(words)
	if err == nil && body == "" {
		err = desk.Fields{{Field: "words", Code: "track.add.error", Message: "Type what you want to add."}}.Err()
	}
	if err != nil {
		return desk.FlagNone, err
	}
	s, err := a.tracked(ctx, v)
	if err != nil {
		return desk.FlagNone, err
	}
	if err := a.limits.take(a.Now(), adds, ticketKey(s.t)); err != nil {
		return desk.FlagNone, err
	}
	flag := desk.FlagNone
	err = a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. You can open it again.")
		}
		m, err := x.hear(desk.ViaWeb, body)
		flag = m.Flag
		return err
	})
	return flag, err
}

// hear adds a person's words to an open question. What it waited for has come with them.
func (x *act) hear(via desk.Via, body string) (desk.Message, error) {
	if err := x.resume("person"); err != nil {
		return desk.Message{}, err
	}
	return x.addMessage(desk.FromThem, via, body)
}

func cleanWords(words string) (string, error) {
	body, err := desk.CleanText(words, desk.MaxWords)
	if err != nil {
		return "", desk.Fields{{Field: "words", Code: err.(*desk.Error).Code, Message: err.(*desk.Error).Message}}.Err()
	}
	return body, nil
}

// SendQuestionCode sends a 6-digit code to the address on file, to show the words of the question.
func (a *App) SendQuestionCode(ctx context.Context, v desk.Viewer) (masked string, err error) {
	return a.sendCode(ctx, v, codeForQuestion, "")
}

// ShowQuestion gives the messages of the ticket if code is right, oldest first, without notes.
func (a *App) ShowQuestion(ctx context.Context, v desk.Viewer, code string) ([]desk.Message, error) {
	var all []desk.Message
	err := a.useCode(ctx, v, codeForQuestion, code, func(x *act, _ string) (err error) {
		all, err = x.tx.Messages(x.t.ID)
		return err
	})
	return slices.DeleteFunc(all, func(m desk.Message) bool { return m.Kind == desk.Note }), err
}

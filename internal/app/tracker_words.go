package app

import (
	"context"
	"slices"

	"kept/internal/desk"
	"kept/internal/store"
)

// AddWords adds something to the question. Red flags count here too; they are given back. The same words with
// the same key are heard once.
func (a *App) AddWords(ctx context.Context, v desk.Viewer, words, key string) (desk.Flag, error) {
	body, err := cleanWords(words)
	if err == nil && body == "" {
		err = desk.Fields{{Field: "words", Code: "track.add.error", Message: "Type what you want to add."}}.Err()
	}
	if err != nil {
		return desk.FlagNone, err
	}
	s, err := a.writing(ctx, v)
	if err != nil {
		return desk.FlagNone, err
	}
	err = a.onTicket(ctx, v, s.c, s.t.ID, func(x *act) error {
		if again, err := x.heardBefore(key, body); err != nil || again {
			return err
		}
		if !x.t.State.Open() {
			return desk.Errorf(desk.Conflict, "ticket.closed", "This question is closed. You can open it again.")
		}
		_, err := x.hear(desk.ViaWeb, body)
		return err
	})
	return desk.Worst(desk.RedFlags(body)), err
}

// heardKey names what a person said with the key of a form: a form that is sent twice says the same, other words with
// its key are new words.
func heardKey(t desk.Ticket, key, words string) string {
	return desk.HashSecret("heard/" + ticketKey(t) + "/" + key + "/" + words)
}

// heardBefore reports whether words came with key before, and notes that they have come now.
func (x *act) heardBefore(key, words string) (bool, error) {
	if key == "" {
		return false, nil
	}
	err := x.tx.KeepIdempotent(keyOwner(x.v), heardKey(x.t, key, words), store.Idempotent{Ticket: x.t.ID})
	if desk.Is(err, desk.Conflict) {
		return true, nil
	}
	return false, err
}

// hear adds a person's words to an open question. What it waited for has come with them.
func (x *act) hear(via desk.Via, body string) (desk.Message, error) {
	if err := x.resume("person"); err != nil {
		return desk.Message{}, err
	}
	return x.addMessage(desk.FromThem, via, body)
}

// writing reads the ticket of v, who has something to say, and counts that against the rate limit.
func (a *App) writing(ctx context.Context, v desk.Viewer) (subject, error) {
	s, err := a.tracked(ctx, v)
	if err == nil {
		err = a.limits.take(a.Now(), adds, ticketKey(s.t))
	}
	return s, err
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
	s, err := a.tracked(ctx, v)
	if err != nil {
		return "", err
	}
	return a.sendCode(ctx, v, s, codeForQuestion, "")
}

// ShowQuestion gives the messages of the ticket if code is right, oldest first, without notes.
func (a *App) ShowQuestion(ctx context.Context, v desk.Viewer, code string) ([]desk.Message, error) {
	var all []desk.Message
	err := a.useCode(ctx, v, codeForQuestion, code, func(x *act, _ string) (err error) {
		all, err = wordsOf(x.tx.ReadTx, x.t.ID)
		return err
	})
	return slices.DeleteFunc(all, func(m desk.Message) bool { return m.Kind == desk.Note }), err
}

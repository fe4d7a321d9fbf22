package app

import (
	"context"
	"slices"
	"strings"

	"kept/internal/desk"
	"kept/internal/store"
	"kept/internal/words"
)

// Macros are the canned texts of the desk that are in use, by name.
func (a *App) Macros(ctx context.Context, v desk.Viewer) ([]desk.Macro, error) {
	if v.Who != desk.WhoStaff {
		return nil, errStaffOnly
	}
	know, err := a.know(ctx)
	if err != nil {
		return nil, err
	}
	return know.macros, nil
}

var errMacroLead = desk.Errorf(desk.Forbidden, "lead.only", "Only a supervisor can change the texts of the desk.")

// AddMacro adds a canned text; Invalid with every problem at its field.
func (a *App) AddMacro(ctx context.Context, v desk.Viewer, m desk.Macro) (desk.Macro, error) {
	return a.changeMacro(ctx, v, m, "", func(tx *store.DeskTx, m *desk.Macro) error {
		m.ID = tx.NewID()
		return tx.AddMacro(*m)
	})
}

// SaveMacro changes a canned text that is in use; seen is the mark of what was there when somebody began to change it. Conflict
// "macro.changed" when it says something else by now, and "macro.retired".
func (a *App) SaveMacro(ctx context.Context, v desk.Viewer, m desk.Macro, seen string) (desk.Macro, error) {
	return a.changeMacro(ctx, v, m, seen, func(tx *store.DeskTx, m *desk.Macro) error { return tx.SaveMacro(*m) })
}

var (
	errMacroChanged = desk.Errorf(desk.Conflict, "macro.changed", "Somebody changed this text while you did: what it says now is in the list below. Save again to put yours in its place.")
	errMacroRetired = desk.Errorf(desk.Conflict, "macro.retired", "Somebody retired this text while you changed it. Save again to add yours as a new one.")
)

func (a *App) changeMacro(ctx context.Context, v desk.Viewer, m desk.Macro, seen string, put func(*store.DeskTx, *desk.Macro) error) (desk.Macro, error) {
	if !v.Leads() {
		return m, errMacroLead
	}
	m, bad := checkMacro(m)
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		all, err := tx.Macros()
		if err != nil {
			return err
		}
		wrong, known := slices.Clone(bad), m.ID == 0
		for _, have := range all {
			switch {
			case have.ID == m.ID && !have.Retired.IsZero():
				return errMacroRetired
			case have.ID == m.ID && have.Mark() != seen && have.Mark() != m.Mark(): // the same form may come twice
				return errMacroChanged
			case have.ID == m.ID:
				known = true
			case have.Retired.IsZero() && have.Letters == m.Letters:
				wrong.Add("letters", "letters.taken", "“;"+m.Letters+"” inserts “"+have.Name+"” already. Choose other letters.")
			}
		}
		if !known {
			return notFound
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		return put(tx, &m)
	})
	if err == nil || desk.Is(err, desk.Conflict) { // whoever is told of a change sees it
		a.facts.forget()
	}
	return m, err
}

func checkMacro(m desk.Macro) (desk.Macro, desk.Fields) {
	var bad desk.Fields
	var err error
	if m.Name, err = desk.CleanLine(m.Name, desk.MaxName); err != nil || m.Name == "" {
		bad.Add("name", "name.missing", "Enter a name of at most 120 characters.")
	}
	m.Letters = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(m.Letters), ";"))
	if len(m.Letters) != 2 || strings.Trim(m.Letters, "abcdefghijklmnopqrstuvwxyz") != "" {
		bad.Add("letters", "letters.invalid", "Enter two letters from a to z.")
	}
	for _, text := range []struct {
		field string
		body  *string
	}{{"body", &m.Body}, {"body_es", &m.BodyES}} {
		*text.body, err = desk.CleanText(*text.body, desk.MaxWords)
		switch gap := desk.UnknownGap(*text.body); {
		case err != nil:
			bad.Add(text.field, "words.too_long", said(err))
		case *text.body == "":
			bad.Add(text.field, "words.missing", "Write the text in both languages.")
		case gap != "":
			bad.Add(text.field, "gap.unknown", "Nobody can fill in "+gap+". Use {name}, {hospital}, {phone}, {link} or {window}.")
		}
	}
	oneOf(&bad, "next", m.Next, desk.NextNothing, desk.MacroNexts...)
	return m, bad
}

// said is the sentence of an error for a field.
func said(err error) string {
	if e, ok := err.(*desk.Error); ok {
		return e.Message
	}
	return "This cannot be read."
}

// RetireMacro takes a canned text out of use; its letters are free then.
func (a *App) RetireMacro(ctx context.Context, v desk.Viewer, id int64) error {
	if !v.Leads() {
		return errMacroLead
	}
	err := a.db.Desk(ctx, v, func(tx *store.DeskTx) error {
		all, err := tx.Macros()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(m desk.Macro) bool { return m.ID == id })
		if i < 0 {
			return notFound
		}
		if !all[i].Retired.IsZero() {
			return nil
		}
		all[i].Retired = tx.Now()
		return tx.SaveMacro(all[i])
	})
	if err == nil {
		a.facts.forget()
	}
	return err
}

// Filled is a canned text with the facts of one ticket.
type Filled struct {
	Macro   desk.Macro
	Text    string
	Missing []string // words in braces that the ticket does not say; they stand as "[window]"
}

// FillMacro fills the canned text with these letters for a ticket, in the language of its person.
func (a *App) FillMacro(ctx context.Context, v desk.Viewer, ref desk.Ref, letters string) (Filled, error) {
	macros, err := a.Macros(ctx, v)
	if err != nil {
		return Filled{}, err
	}
	i := slices.IndexFunc(macros, func(m desk.Macro) bool { return m.Letters == letters })
	if i < 0 {
		return Filled{}, desk.Fields{{Field: "macro", Code: "macro.unknown", Message: "There is no text with these letters. Choose one from the list."}}.Err()
	}
	c, id, err := a.find(ctx, v, ref)
	if err != nil {
		return Filled{}, err
	}
	l := letter{c: c, now: a.Now(), origin: a.origin(c)}
	err = a.db.Read(ctx, v, c.ID, func(tx *store.ReadTx) (err error) {
		if l.t, err = tx.Ticket(id); err != nil {
			return err
		}
		if l.r, err = tx.Requester(l.t.Requester); err != nil || l.t.Promise == 0 {
			return err
		}
		l.p, err = tx.Promise(l.t.Promise)
		return err
	})
	if err != nil {
		return Filled{}, err
	}
	l.out.Lang = l.t.Lang
	f, lang := Filled{Macro: macros[i]}, words.Parse(l.t.Lang)
	if f.Macro.Next == desk.NextAsk && l.t.State == desk.Asked {
		f.Macro.Next = desk.NextNothing // it is asked already
	}
	text := f.Macro.Body
	if lang == words.ES {
		text = f.Macro.BodyES
	}
	window := ""
	switch {
	case l.p.ID == 0 || l.p.Kind == desk.Confirm:
	case windowed(l.p.Kind) && l.p.Start.Before(l.p.Due):
		window = words.Window(lang, l.p.Start, l.p.Due, zoneOf(c), l.now)
	default:
		window = words.By(lang, l.p.Due, zoneOf(c), l.now)
	}
	f.Text, f.Missing = desk.Fill(text, map[string]string{
		"name": l.r.First(), "hospital": c.Name, "phone": desk.Phone(c.Phone).String(), "link": l.link(), "window": window,
	})
	return f, nil
}

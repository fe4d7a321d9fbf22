package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// agreementImport writes a draft from a file.
type agreementImport struct {
	Client string `arg:"" placeholder:"WORD" help:"Short name of the hospital, like mercy."`
	File   string `arg:"" placeholder:"FILE" help:"YAML, as export writes it; - reads what comes in."`
	Note   string `placeholder:"TEXT" help:"Why these terms."`
	Over   bool   `help:"Write over the draft that is there. Without it a draft that somebody works on is left alone."`

	Text string `kong:"-"` // of the file, which the open desk may not be able to read
}

func (c *agreementImport) Run(ctx context.Context, s *settings, t terminal) error {
	text, err := readAll(c.File)
	if err != nil {
		return err
	}
	c.Text = string(text)
	return give(ctx, s, t, "agreement-import", c)
}

// mostOfFile is far more than terms or rotas can be; a device or a wrong file would be read for ever.
const mostOfFile = 4 << 20

// readAll reads a file, or for - what comes in.
func readAll(name string) ([]byte, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil {
			return nil, desk.Wrap(desk.NotFound, "file", err, "The file cannot be read.")
		}
		defer f.Close()
	}
	text, err := io.ReadAll(io.LimitReader(f, mostOfFile+1))
	switch {
	case err != nil:
		return nil, desk.Wrap(desk.NotFound, "file", err, "The file cannot be read.")
	case len(text) > mostOfFile:
		return nil, desk.Errorf(desk.Invalid, "file", "The file is larger than 4 MB: is it the right one?")
	}
	return text, nil
}

func (c *agreementImport) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	who, err := clientOf(ctx, a, c.Client)
	if err != nil {
		return nil, err
	}
	page, err := a.Agreement(ctx, operator, who.ID)
	if err != nil {
		return nil, err
	}
	in := app.AgreementIn{Terms: c.Text, Note: c.Note}
	if page.Draft != nil {
		if !c.Over {
			return nil, desk.Errorf(desk.Conflict, "agreement.draft", "%s works on version %d. Look at it with \"kept agreement export %s --version %d\"; --over writes over it.", page.Draft.Made.Name, page.Draft.Version, who.Slug, page.Draft.Version)
		}
		in.Version, in.Edit = page.Draft.Version, page.Draft.Edit
	}
	x, err := a.DraftAgreement(ctx, operator, who.ID, in)
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("Version %d of the agreement of %s is a draft, to begin %s.", x.Version, who.Name, x.From.Format("2006-01-02 15:04 MST")),
		"It holds once the desk and the hospital have approved it: Agreements, in the desk.",
	}, nil
}

// agreementExport prints a version.
type agreementExport struct {
	Client  string `arg:"" placeholder:"WORD" help:"Short name of the hospital, like mercy."`
	Version int    `placeholder:"N" help:"Which version (the one in force)."`
	Plain   bool   `help:"In plain words instead of YAML."`
}

func (c *agreementExport) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "agreement-export", c)
}

func (c *agreementExport) carryOut(ctx context.Context, _ *store.DB, a *app.App) ([]string, error) {
	who, err := clientOf(ctx, a, c.Client)
	if err != nil {
		return nil, err
	}
	page, err := a.Agreement(ctx, operator, who.ID)
	if err != nil {
		return nil, err
	}
	x := page.Live
	for _, v := range page.Versions {
		if v.Version == c.Version {
			x = v
		}
	}
	if c.Version != 0 && x.Version != c.Version {
		return nil, desk.Errorf(desk.NotFound, "agreement.version", "There is no version %d; the newest is %d.", c.Version, page.Versions[0].Version)
	}
	if c.Plain {
		return x.Plain("en"), nil
	}
	return strings.Split(string(bytes.TrimRight([]byte(x.Text()), "\n")), "\n"), nil
}

func clientOf(ctx context.Context, a *app.App, slug string) (desk.Client, error) {
	c, err := a.ClientBySlug(ctx, slug)
	if desk.Is(err, desk.NotFound) {
		err = desk.Errorf(desk.NotFound, "client.unknown", "There is no hospital with the short name %q.", slug)
	}
	return c, err
}

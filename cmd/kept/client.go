package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kept/internal/app"
	"kept/internal/desk"
	"kept/internal/store"
)

// clientAdd adds a hospital.
type clientAdd struct {
	Slug       string        `required:"" placeholder:"WORD" help:"Short name in small letters, like mercy."`
	Name       string        `required:"" placeholder:"NAME" help:"Name, like \"Mercy Health\"."`
	Short      string        `placeholder:"NAME" help:"How staff call it, like Mercy (the name)."`
	Host       string        `required:"" placeholder:"HOST" help:"Host name of its help pages, like help.mercy.example."`
	Zone       string        `required:"" placeholder:"ZONE" help:"Time zone, like America/Chicago."`
	Phone      string        `required:"" placeholder:"NUMBER" help:"Number that people call, and from which texts come."`
	StaffPhone string        `placeholder:"NUMBER" help:"Number for staff of the hospital."`
	TTY        string        `name:"tty" default:"711" placeholder:"NUMBER" help:"Number for TTY (${default})."`
	EHR        string        `name:"ehr" placeholder:"NAME" help:"Health record system, like Epic."`
	Portal     string        `placeholder:"NAME" help:"Patient portal, like MyChart."`
	Hours      string        `placeholder:"TEXT" help:"When people answer, like \"America/Chicago; mon-fri 08:00-17:00\" (day and night)."`
	ReplyIn    time.Duration `default:"4h" placeholder:"TIME" help:"Time until a first answer is promised by default (${default})."`
	ReplyHours string        `placeholder:"TEXT" help:"Hours in which that time runs (day and night)."`
	Staff      []string      `placeholder:"EMAIL" help:"Who serves it, by sign-in; may be given again. \"all\": everybody."`
}

func (c *clientAdd) founds() {}

func (c *clientAdd) Run(ctx context.Context, s *settings, t terminal) error {
	return give(ctx, s, t, "client", c)
}

func (c *clientAdd) carryOut(ctx context.Context, db *store.DB, a *app.App) ([]string, error) {
	var bad desk.Fields
	phone, err := desk.ParsePhone(c.Phone)
	if err != nil {
		bad.Add("phone", "phone.invalid", "Enter a telephone number, like 800-555-0143.")
	}
	var staffPhone desk.Phone
	if c.StaffPhone != "" {
		if staffPhone, err = desk.ParsePhone(c.StaffPhone); err != nil {
			bad.Add("staff-phone", "phone.invalid", "Enter a telephone number, like 800-555-0143.")
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	all, serve, err := c.servants(ctx, db)
	if err != nil {
		return nil, err
	}
	added, err := a.AddClient(ctx, operator, desk.Client{
		Slug: c.Slug, Name: c.Name, Short: c.Short, Host: c.Host, Zone: c.Zone, Phone: phone.E164(), StaffPhone: staffPhone.E164(),
		TTY: c.TTY, EHR: c.EHR, Portal: c.Portal, Hours: c.Hours, ReplyIn: c.ReplyIn, ReplyHours: c.ReplyHours, Colour: 1 + all%5,
	})
	if err != nil {
		return nil, err
	}
	err = db.Desk(ctx, operator, func(tx *store.DeskTx) error {
		for _, s := range serve {
			if err := tx.ServeClient(s.ID, added.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []string{
		fmt.Sprintf("Added %s. Its pages answer at the host name %s.", added.Name, added.Host),
		fmt.Sprintf("%d people of the desk serve it.", len(serve)),
	}, nil
}

// servants gives how many clients there are already, for the next colour, and who will serve this one.
func (c *clientAdd) servants(ctx context.Context, db *store.DB) (clients int, serve []desk.Staff, err error) {
	err = db.DeskRead(ctx, operator, func(tx *store.DeskReadTx) error {
		all, err := tx.Clients()
		if err != nil {
			return err
		}
		clients = len(all)
		if slices.Contains(c.Staff, "all") {
			serve, err = tx.AllStaff()
			return err
		}
		for _, login := range c.Staff {
			s, err := tx.StaffByLogin(login)
			if desk.Is(err, desk.NotFound) {
				return desk.Errorf(desk.NotFound, "staff.unknown", "Nobody signs in as %s.", login)
			}
			if err != nil {
				return err
			}
			serve = append(serve, s)
		}
		return nil
	})
	return clients, serve, err
}

package simulate

import (
	"fmt"
	"slices"
	"time"

	"kept/internal/coverage"
	"kept/internal/desk"
	"kept/internal/store"
)

// hospital is a client with how much of all questions it sends.
type hospital struct {
	desk.Client
	upTo float64 // share of all hospitals up to this one
}

// The skills of the desk. Every team knows the common ones; the special ones are spread over people.
var (
	common  = []string{"PORTAL", "USER", "IDN"}
	special = []string{"ORD", "DOC", "NURS", "PHARM", "IMG", "LAB", "SURG", "ED", "REG", "REV", "HIM", "INT", "NET", "SEC", "TELE", "DEV",
		"RPT", "CDS", "ERX", "ONC", "CARD", "OB", "PEDS", "ICU", "BLOOD", "DIET", "PT", "BH", "HOME", "PAY", "SCHED", "CHANGE", "MOBILE",
		"PRINT", "VOICE", "MIG", "REVIEW"}
)

// regions is how many there are of all hospitals: who works by day serves those of one.
const regions = 5

// found fills the desk: hospitals, people, and four weeks of shifts; then callers begin to call.
func (w *world) found() error {
	zones := []string{"America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles", "America/Phoenix"}
	total, desks := 0.0, 0.0 // of the division, of all
	err := w.db.System(w.ctx, "simulate", func(tx *store.SystemTx) error {
		for _, code := range append(slices.Clone(common), special...) {
			if err := tx.AddSkill(desk.Skill{Code: code, Name: code, NameES: code, Public: "An expert", PublicES: "Una persona experta"}); err != nil {
				return err
			}
		}
		for i := range w.o.Hospitals {
			weight := 1 / float64(10+i) // a few large ones, many small ones
			desks += weight
			if i%w.o.Divisions != w.part {
				continue
			}
			c := desk.Client{
				ID: desk.ClientID(i + 1), Slug: fmt.Sprintf("h%03d", i+1), Name: fmt.Sprintf("Hospital %03d", i+1), Short: fmt.Sprintf("H%03d", i+1),
				Host: fmt.Sprintf("h%03d.help", i+1), Zone: zones[i%len(zones)], Phone: fmt.Sprintf("+1800555%04d", i+1), TTY: "711",
				EHR: "Epic", Portal: "MyChart", Hours: zones[i%len(zones)] + "; always", ReplyIn: 4 * time.Hour,
				ReplyHours: zones[i%len(zones)] + "; mon-fri 07:00-19:00; sat-sun 09:00-17:00", Languages: []string{"en", "es"},
				Channels: []desk.Channel{desk.ByVoice, desk.BySMS, desk.ByEmail}, Colour: i % 5,
			}
			if err := tx.AddClient(c); err != nil {
				return err
			}
			total += weight
			w.hospitals = append(w.hospitals, hospital{c, total})
		}
		return w.hire(tx)
	})
	if err != nil {
		return err
	}
	for i := range w.hospitals {
		w.hospitals[i].upTo /= total
	}
	w.share = total / desks
	for day := range 28 {
		if err := w.roster(day - 1); err != nil {
			return err
		}
	}
	w.at(w.now, w.nextDay(28))
	w.at(w.now, w.callers(w.now))
	w.at(w.o.From.AddDate(0, 0, 1).UTC(), w.night)
	return nil
}

// nextDay publishes the shifts of a day, four weeks ahead, and comes again the day after.
func (w *world) nextDay(ahead int) func() error {
	return func() error {
		if err := w.roster(ahead - 1); err != nil {
			return err
		}
		w.at(w.o.From.AddDate(0, 0, ahead-27).UTC(), w.nextDay(ahead+1))
		return nil
	}
}

// hire adds the people who work the desk. A tenth leads; the others are in three teams around the clock,
// most of them by day; every fourth speaks Spanish.
func (w *world) hire(tx *store.SystemTx) error {
	regions := (regions + w.o.Divisions - 1) / w.o.Divisions
	for i := range w.o.Analysts {
		ten := i / 10
		if ten%w.o.Divisions != w.part {
			continue
		}
		ten /= w.o.Divisions
		s := desk.Staff{
			ID: desk.StaffID(len(w.analysts) + 1), Name: fmt.Sprintf("Analyst %03d", i+1), Login: fmt.Sprintf("a%03d@kept.example", i+1), Role: desk.Analyst,
			Languages: []string{"en"}, Active: true,
		}
		if i%4 == 1 {
			s.Languages = append(s.Languages, "es")
		}
		skills := slices.Clone(common)
		for k := range 5 {
			skills = append(skills, special[(i*3+k*7)%len(special)])
		}
		team := i % 10
		if team == 0 {
			s.Role = desk.Supervisor
		}
		a := &analyst{team: team, no: i, ten: ten}
		for c := range w.hospitals {
			// By night and for those who lead everybody serves every hospital; by day, those of one region.
			if team == 0 || team >= 8 || c%regions == ten%regions {
				s.Clients = append(s.Clients, w.hospitals[c].ID)
			}
		}
		a.Staff, a.skills = s, skills
		a.v = viewer(s)
		w.analysts = append(w.analysts, a)
		if err := tx.AddStaff(s); err != nil {
			return err
		}
		for _, k := range skills {
			if err := tx.AddSkillTo(s.ID, k, time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// hours of each team: when its shift starts.
var starts = [10]int{6, 7, 7, 8, 8, 9, 9, 14, 15, 22}

// roster writes the shifts that start on a day, counted from the first. People work five days of seven;
// those who lead take the clock around in turn.
func (w *world) roster(day int) error {
	date := w.o.From.In(zone).AddDate(0, 0, day)
	return w.db.System(w.ctx, "roster", func(tx *store.SystemTx) error {
		for _, a := range w.analysts {
			if (day+a.no)%7 >= 5 && a.team != 0 {
				continue
			}
			from := starts[a.team]
			if a.team == 0 {
				from = []int{6, 14, 22}[(a.ten+day/7)%3]
			}
			start := time.Date(date.Year(), date.Month(), date.Day(), from, 0, 0, 0, zone)
			end := start.Add(8*time.Hour + 30*time.Minute)
			pause := start.Add(4 * time.Hour)
			s := coverage.Shift{ID: tx.NewID(), Person: int64(a.ID), Start: start.UTC(), End: end.UTC(), Seats: 3,
				Breaks: []coverage.Span{{Start: pause.UTC(), End: pause.Add(30 * time.Minute).UTC()}}}
			if err := tx.AddShift(s); err != nil {
				return err
			}
			if w.chance(w.o.Absent) {
				continue // rostered, but nobody comes
			}
			w.at(s.Start, w.comes(a, s.End))
		}
		return nil
	})
}

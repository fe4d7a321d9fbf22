package simulate

import (
	"fmt"
	"slices"
	"time"

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

var skills = append(slices.Clone(common), special...)

// skillNo is the number of a skill; -1 for one that the desk does not know.
func skillNo(code string) int { return slices.Index(skills, code) }

// Every skill is about three functions. Of the last of them nobody knows an answer at once: it takes longer and is forgotten
// more often.
const functionsEach = 3

// functionOf is one of the functions of a skill, by dice from 0 to 2.
func functionOf(skill string, dice int) int64 { return int64(skillNo(skill)*functionsEach + dice + 1) }

func functionName(function int64) string {
	return fmt.Sprint(skills[(function-1)/functionsEach], " ", (function-1)%functionsEach+1)
}

// hardness is how many times as long as usual a function takes; over all functions that is once.
func hardness(function int64) float64 {
	return [functionsEach]float64{0.4, 0.6, 2}[(function-1)%functionsEach]
}

// found fills the desk: hospitals, people, and four weeks of shifts; then callers begin to call.
func (w *world) found() error {
	zones := []string{"America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles", "America/Phoenix"}
	total, desks := 0.0, 0.0 // of the division, of all
	err := w.db.System(w.ctx, "simulate", func(tx *store.SystemTx) error {
		for _, code := range skills {
			if err := tx.AddSkill(desk.Skill{Code: code, Name: code, NameES: code, Public: "An expert", PublicES: "Una persona experta"}); err != nil {
				return err
			}
			for i := range functionsEach {
				if err := tx.AddFunction(desk.Function{ID: functionOf(code, i), Domain: code, Name: functionName(functionOf(code, i)), Skill: code}); err != nil {
					return err
				}
			}
		}
		for i := range w.o.Hospitals {
			weight := 1 / float64(10+i) // a few large ones, many small ones
			desks += weight
			if dealt(i, w.o.Divisions) != w.part {
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
	w.at(w.now, w.watch)
	w.at(w.now, w.board)
	w.at(w.now, w.study)
	return nil
}

// dealt is to which division a hospital goes, from the largest to the smallest. Each round of them begins where the one before
// ended, so that none has the larger one every time.
func dealt(hospital, divisions int) int {
	at := hospital % (2 * divisions)
	return min(at, 2*divisions-1-at)
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
	for i := range w.o.Analysts {
		ten := i / 10
		if ten%w.o.Divisions != w.part {
			continue
		}
		ten /= w.o.Divisions
		skills := slices.Clone(common)
		for k := range 5 {
			skills = append(skills, special[(i*3+k*7)%len(special)])
		}
		a := &analyst{team: i % 10, no: i, ten: ten, region: ten % w.regions, skills: skills}
		a.Role = desk.Analyst
		if i%4 == 1 {
			a.Languages = []string{"es"}
		}
		if a.team == 0 {
			a.Role = desk.Supervisor
		}
		if a.team == 0 || a.team >= 8 {
			// By night and for those who lead everybody serves every hospital; by day, those of one region.
			a.region = everywhere
		}
		if err := w.hireOne(tx, a); err != nil {
			return err
		}
	}
	no := w.o.Analysts
	for i := range w.o.Extra {
		x := &w.o.Extra[i]
		for range x.People {
			no++
			if no%w.o.Divisions != w.part {
				continue
			}
			a := &analyst{no: no, region: everywhere, skills: slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(common), x.Skills...)))), extra: x}
			a.Role = desk.Analyst
			if err := w.hireOne(tx, a); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) hireOne(tx *store.SystemTx, a *analyst) error {
	a.ID = desk.StaffID(len(w.analysts) + 1)
	a.Name, a.Login = fmt.Sprintf("Analyst %03d", a.no+1), fmt.Sprintf("a%03d@kept.example", a.no+1)
	a.Languages, a.Active = append([]string{"en"}, a.Languages...), true
	for c := range w.hospitals {
		if a.region == everywhere || c%w.regions == a.region {
			a.Clients = append(a.Clients, w.hospitals[c].ID)
		}
	}
	for _, k := range a.skills {
		a.bits |= 1 << skillNo(k)
	}
	a.v = viewer(a.Staff)
	w.analysts = append(w.analysts, a)
	if err := tx.AddStaff(a.Staff); err != nil {
		return err
	}
	for _, k := range a.skills {
		if err := tx.AddSkillTo(a.ID, k, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

package demo

import (
	"slices"
	"strings"
	"testing"

	"kept/internal/app"
	"kept/internal/calendar"
	"kept/internal/desk"
)

func TestHospitalsHaveHoursAndPhonesThatCanBeRead(t *testing.T) {
	all, err := hospitals()
	if err != nil {
		t.Fatal(err)
	}
	slugs, hosts, phones, closes := map[string]bool{}, map[string]bool{}, map[string]bool{}, 0
	for _, c := range all {
		for _, hours := range []string{c.Hours, c.ReplyHours} {
			spec, err := calendar.Parse(hours)
			if err == nil {
				_, err = calendar.New(spec)
			}
			if err != nil {
				t.Errorf("%s: %q: %v", c.Name, hours, err)
			}
			if hours != calendar.Always(c.Zone).Spec().String() {
				closes++
			}
		}
		numbers := []string{c.Phone, c.StaffPhone}
		for _, area := range c.areas {
			numbers = append(numbers, "+1"+area+"5550100")
		}
		for _, n := range numbers {
			if p, err := desk.ParsePhone(n); err != nil || string(p) != n || phones[n] {
				t.Errorf("%s: the number %s is wrong or there twice: %v", c.Name, n, err)
			}
			phones[n] = true
		}
		if slugs[c.Slug] || hosts[c.Host] || len(c.sites) == 0 {
			t.Errorf("%s is not whole", c.Name)
		}
		slugs[c.Slug], hosts[c.Host] = true, true
	}
	if len(all) != 6 || closes != 1 {
		t.Errorf("%d hospitals, %d of them close at night", len(all), closes)
	}
}

// A skill serves every hospital, so what a person reads of it is true at each: it names nobody's portal or record.
func TestSkillsNameNoProductOfOneHospital(t *testing.T) {
	all, err := hospitals()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range skills {
		for _, h := range all {
			for _, product := range []string{h.Portal, h.EHR, "Epic", "Oracle"} {
				if strings.Contains(s.Public+s.PublicES, product) {
					t.Errorf("%s is %q also at hospitals without %s", s.Code, s.Public, product)
				}
			}
		}
	}
	if portal := skills[slices.IndexFunc(skills, func(s desk.Skill) bool { return s.Code == app.DefaultSkill(desk.Patient) })]; portal.Public != "an expert" {
		t.Errorf("who gets what nobody else does is %q to the person who asks about a printer", portal.Public)
	}
}

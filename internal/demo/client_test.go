package demo

import (
	"testing"

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

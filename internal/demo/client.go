package demo

import (
	"time"

	"kept/internal/desk"
)

// hospital is a client of the demo with what only the generator needs to know of it.
type hospital struct {
	desk.Client
	sites   []desk.Site
	areas   []string // area codes of the people around
	spanish int      // of a hundred patients
	weight  int      // how many people ask, beside the others
	loc     *time.Location
}

// hospitals are six invented clients: day and night except Pine Valley, four zones, two kinds of EHR.
func hospitals() ([]hospital, error) {
	const (
		central  = "America/Chicago"
		eastern  = "America/New_York"
		mountain = "America/Denver"
		pacific  = "America/Los_Angeles"
	)
	both := []string{"en", "es"}
	all := []hospital{
		{Client: desk.Client{ID: 1, Slug: "mercy", Name: "Mercy Health", Short: "Mercy", Host: "mercy.help", Zone: central,
			Phone: "+18005550143", StaffPhone: "+18005550177", EHR: "Epic", Portal: "MyChart", Hours: central + "; always",
			Languages: both, Colour: 4},
			sites: []desk.Site{{ID: 1, Name: "Mercy Downtown", Zone: central}, {ID: 2, Name: "Mercy West Clinic", Zone: central}, {ID: 3, Name: "Mercy Children’s", Zone: central}},
			areas: []string{"312", "773", "708", "847", "630"}, spanish: 14, weight: 30},
		{Client: desk.Client{ID: 2, Slug: "st-anne", Name: "St. Anne Hospital", Short: "St. Anne", Host: "anne.help", Zone: eastern,
			Phone: "+18005550121", StaffPhone: "+18005550122", EHR: "Epic", Portal: "MyChart", Hours: eastern + "; always",
			Languages: both, Colour: 1},
			sites: []desk.Site{{ID: 1, Name: "St. Anne Main", Zone: eastern}, {ID: 2, Name: "St. Anne Women’s Center", Zone: eastern}},
			areas: []string{"412", "724", "814", "878", "717"}, spanish: 8, weight: 22},
		{Client: desk.Client{ID: 3, Slug: "lakeside", Name: "Lakeside Health", Short: "Lakeside", Host: "lakeside.help", Zone: central,
			Phone: "+18005550131", StaffPhone: "+18005550132", EHR: "Epic", Portal: "MyChart", Hours: central + "; always",
			Languages: both, Colour: 2},
			sites: []desk.Site{{ID: 1, Name: "Lakeside North", Zone: central}, {ID: 2, Name: "Lakeside Harbor Clinic", Zone: central}},
			areas: []string{"414", "262", "920", "608", "715"}, spanish: 8, weight: 16},
		{Client: desk.Client{ID: 4, Slug: "pine-valley", Name: "Pine Valley Medical Center", Short: "Pine Valley", Host: "pinevalley.help", Zone: mountain,
			Phone: "+18005550166", StaffPhone: "+18005550167", EHR: "Oracle Health", Portal: "Pine Valley Connect", Hours: mountain + "; mon-sun 07:00-21:00",
			Languages: []string{"en"}, Colour: 3},
			sites: []desk.Site{{ID: 1, Name: "Pine Valley Main", Zone: mountain}},
			areas: []string{"303", "720", "970", "719", "505"}, weight: 8},
		{Client: desk.Client{ID: 5, Slug: "costa-azul", Name: "Costa Azul Community Health", Short: "Costa Azul", Host: "costaazul.help", Zone: pacific,
			Phone: "+18005550151", StaffPhone: "+18005550152", EHR: "Epic", Portal: "MyChart", Hours: pacific + "; always",
			Languages: both, Colour: 5},
			sites: []desk.Site{{ID: 1, Name: "Costa Azul Harbor", Zone: pacific}, {ID: 2, Name: "Clínica del Valle", Zone: pacific}, {ID: 3, Name: "Clínica San Mateo", Zone: pacific}},
			areas: []string{"619", "760", "858", "805", "831"}, spanish: 52, weight: 14},
		{Client: desk.Client{ID: 6, Slug: "twin-rivers", Name: "Twin Rivers Health", Short: "Twin Rivers", Host: "twinrivers.help", Zone: eastern,
			Phone: "+18005550181", StaffPhone: "+18005550182", EHR: "Epic and Oracle Health", Portal: "MyChart", Hours: eastern + "; always",
			Languages: both, Colour: 1},
			sites: []desk.Site{{ID: 1, Name: "Twin Rivers East (Epic)", Zone: eastern}, {ID: 2, Name: "Twin Rivers West (Oracle Health)", Zone: central}},
			areas: []string{"502", "859", "270", "606", "937"}, spanish: 6, weight: 10},
	}
	for i := range all {
		c := &all[i]
		c.TTY, c.ReplyIn, c.ReplyHours = "711", 4*time.Hour, c.Zone+"; always"
		c.Channels = []desk.Channel{desk.ByVoice, desk.BySMS, desk.ByEmail}
		for j := range c.sites {
			c.sites[j].Client = c.ID
		}
		var err error
		if c.loc, err = time.LoadLocation(c.Zone); err != nil {
			return nil, err
		}
	}
	return all, nil
}

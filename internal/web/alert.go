package web

import (
	"slices"
	"strconv"

	"kept/internal/desk"
	"kept/internal/web/view"
)

// alertTitles name what somebody who leads must look at.
var alertTitles = map[desk.AlertKind][2]string{
	desk.AlertCallTask:    {"Call this person", "No text and no email came through. Call, and say what happened under “Promise”."},
	desk.AlertCannotTell:  {"This person cannot be told", "No way to reach them is left. Ask the hospital for another number, and call."},
	desk.AlertSecondBreak: {"Broken twice", "The repair was missed as well."},
	desk.AlertNobodyLeads: {"Nobody leads", "A promise broke and no supervisor is on shift."},
	desk.AlertHandover:    {"Nobody took this over", "Accept it, or give it to somebody who is on shift."},
	desk.AlertUntaken:     {"Nobody has taken this promise", "Everybody whom the escalation names was called."},
	desk.AlertInbound:     {"A message fits no question", "Find out who wrote it."},
}

func alertView(al desk.Alert, mine bool, back string) view.AlertView {
	v := view.AlertView{Title: alertTitles[al.Kind][0], Text: alertTitles[al.Kind][1], Back: back}
	if al.Kind == desk.AlertRedFlag {
		v.Title, v.Text = flags[al.Flag], flagText[al.Flag]
	}
	switch al.Kind {
	case desk.AlertRedFlag, desk.AlertSecondBreak: // the note says nothing more
	default:
		if al.Note != "" {
			v.Text += " (" + al.Note + ")"
		}
	}
	v.Quiet = al.Kind != desk.AlertRedFlag
	if mine {
		v.AckURL = "/alerts/" + strconv.FormatInt(al.ID, 10) + "/acks"
	}
	return v
}

func redFlagsFirst(list []view.AlertView) {
	slices.SortStableFunc(list, func(x, y view.AlertView) int {
		switch {
		case x.Quiet == y.Quiet:
			return 0
		case y.Quiet:
			return -1
		}
		return 1
	})
}

package desk

// Flag says where words of danger lead, before anything else is done with a text.
type Flag string

const (
	FlagNone      Flag = ""
	FlagEmergency Flag = "emergency" // call 911 now
	FlagCrisis    Flag = "crisis"    // call or text 988
	FlagNurse     Flag = "nurse"     // warm transfer to the client's nurse line
	FlagSafety    Flag = "safety"    // patient-safety event about health IT
	FlagPrivacy   Flag = "privacy"   // privacy or security event, now
)

// RedFlagVersion names the list below, and is kept with every finding.
const RedFlagVersion = "2026-06-draft-1"

// Finding is one match: where it leads and the words as they stand in the text.
type Finding struct {
	Flag    Flag
	Words   string
	Negated bool
}

// RedFlags finds the words of danger in a text.
func RedFlags(text string) []Finding { return nil }

// Worst gives the most serious flag of findings.
func Worst(findings []Finding) Flag { return FlagNone }

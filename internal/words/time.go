package words

import "time"

func Date(lang Lang, t time.Time, loc *time.Location, now time.Time) string            { return "" }
func Window(lang Lang, start, end time.Time, loc *time.Location, now time.Time) string { return "" }
func ShortWindow(lang Lang, start, end time.Time, loc *time.Location, now time.Time) string {
	return ""
}
func By(lang Lang, t time.Time, loc *time.Location, now time.Time) string      { return "" }
func Clock(lang Lang, t time.Time, loc *time.Location) string                  { return "" }
func Instant(lang Lang, t time.Time, loc *time.Location, now time.Time) string { return "" }
func StaffTime(t time.Time, loc *time.Location, now time.Time) string          { return "" }
func Span(lang Lang, d time.Duration) string                                   { return "" }
func Ago(lang Lang, t, now time.Time) string                                   { return "" }
func Late(lang Lang, due, now time.Time) string                                { return "" }
func NB(s string) string                                                       { return s }
func Zone(lang Lang, t time.Time, loc *time.Location) string                   { return "" }
func SMSParts(s string) int                                                    { return 1 }
func SMSSender(lang Lang, client string) string                                { return client }
func Grade(text string) float64                                                { return 0 }
func Inflesz(text string) float64                                              { return 0 }

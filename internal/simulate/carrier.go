package simulate

import (
	"context"
	"strconv"
	"time"

	"kept/internal/channel"
)

// carrier takes texts and mails as a provider does: most are delivered at once, of others the news comes
// later, some numbers take none, and now and then it cannot be reached for a while.
type carrier struct {
	w    *world
	sent int
}

// The provider cannot be reached from time to time: for the first time on the second morning.
const (
	downFirst = 33 * time.Hour
	downEvery = 23 * 24 * time.Hour
	downFor   = 40 * time.Minute
)

func (c *carrier) Send(_ context.Context, m channel.Message) (channel.Delivery, error) {
	w := c.w
	if since := w.now.Sub(w.o.From) - downFirst; since >= 0 && since%downEvery < downFor {
		w.report.Unreachable++
		return channel.Delivery{State: channel.Retry, Reason: "503"}, nil
	}
	c.sent++
	w.report.TextsOut++
	id := "c" + strconv.Itoa(c.sent)
	if n := len(m.To); n > 1 && m.To[n-2:] == "77" { // one number of a hundred is a landline
		w.report.Landlines++
		return channel.Delivery{State: channel.Failed, ProviderID: id, Reason: "30006"}, nil
	}
	if w.chance(0.7) {
		return channel.Delivery{State: channel.Delivered, ProviderID: id}, nil
	}
	w.in(w.waits(20*time.Second), func() error {
		return w.tolerate(w.app.Receipt(w.ctx, channel.Receipt{Channel: channel.SMS, ProviderID: id, State: channel.Delivered, At: w.now}))
	})
	return channel.Delivery{State: channel.Accepted, ProviderID: id}, nil
}

package httpd

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// The limits count people, so one person must not have many addresses: neither by naming them to the
// proxy nor by having a whole network of them.
func TestAddressIsThatOfOneSubscriber(t *testing.T) {
	for _, c := range []struct {
		remote string
		proxy  bool
		lines  []string
		want   string
	}{
		{"192.0.2.1:4000", false, nil, "192.0.2.1"},
		{"192.0.2.1:4000", false, []string{"203.0.113.9"}, "192.0.2.1"},
		{"127.0.0.1:4000", true, []string{"203.0.113.9, 192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:4000", true, []string{"203.0.113.9", "192.0.2.1"}, "192.0.2.1"},
		{"127.0.0.1:4000", true, nil, "127.0.0.1"},
		{"[2001:db8:1:2:3:4:5:6]:4000", false, nil, "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:ffff::1]:4000", false, nil, "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.1]:4000", false, nil, "::ffff:192.0.2.1"},
		{"127.0.0.1:4000", true, []string{"2001:db8:1:2::7"}, "2001:db8:1:2::/64"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		for _, l := range c.lines {
			r.Header.Add("X-Forwarded-For", l)
		}
		if got := address(r, c.proxy); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.remote, c.lines, got, c.want)
		}
	}
}

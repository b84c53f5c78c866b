package caller

import (
	"net/http"
	"testing"
)

func TestWhoIsCounted(t *testing.T) {
	for _, c := range []struct {
		remote, forwarded string
		behindProxy       bool
		network           string
		counted           bool
	}{
		{"203.0.113.7:4000", "", false, "203.0.113.0/24", true},
		{"[2001:db8:1:2::3]:4000", "", false, "2001:db8:1::/48", true},
		{"[::ffff:203.0.113.7]:4000", "", false, "203.0.113.0/24", true},
		{"127.0.0.1:4000", "", false, "invalid Prefix", false},
		{"pipe", "", false, "invalid Prefix", false}, // in memory
		// What a caller says of itself is believed only behind a proxy, and there the last entry only.
		{"203.0.113.7:4000", "198.51.100.9", false, "203.0.113.0/24", true},
		{"127.0.0.1:4000", "10.0.0.1, 198.51.100.9", true, "198.51.100.0/24", true},
		{"127.0.0.1:4000", "nonsense", true, "127.0.0.0/24", true},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		network, counted := Network(r, c.behindProxy)
		if network.String() != c.network || counted != c.counted {
			t.Errorf("%s for %q, proxy %v: %s, %v", c.remote, c.forwarded, c.behindProxy, network, counted)
		}
	}
}

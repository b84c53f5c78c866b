package webchat

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ownOrigin lets in our own page and programs, which send no Origin; no page of
// somebody else's, nor one without an origin ("null").
func (c *Channel) ownOrigin(r *http.Request) bool {
	given := r.Header.Values("Origin")
	if len(given) == 0 {
		return true
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if c.cfg.BehindProxy {
		if proto := lastOf(r.Header.Values("X-Forwarded-Proto")); proto != "" {
			scheme = proto
		}
	}
	own := scheme + "://" + r.Host
	return len(given) == 1 && (strings.EqualFold(given[0], own) || slices.Contains(c.cfg.Origins, given[0]))
}

// network returns the network a request comes from, for counting; false when it
// comes from this machine and is not counted.
func (c *Channel) network(r *http.Request) (netip.Prefix, bool) {
	addr, err := netip.ParseAddr(lastOf(r.Header.Values("X-Forwarded-For")))
	proxied := c.cfg.BehindProxy && err == nil
	if !proxied {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return netip.Prefix{}, c.cfg.BehindProxy // an in-memory connection
		}
		if addr, err = netip.ParseAddr(host); err != nil {
			return netip.Prefix{}, true
		}
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() && !c.cfg.BehindProxy {
		return netip.Prefix{}, false
	}
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, _ := addr.Prefix(bits)
	return p, true
}

// lastOf is the last entry of a list header: the one our own proxy wrote.
func lastOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	list := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(list[len(list)-1])
}

// Package caller tells where a request comes from. It counts nothing and trusts
// only a proxy that it was told of.
package caller

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Network returns the network a request comes from (IPv4 /24, IPv6 /48), for
// counting; false when it comes from this machine and is not counted. Only behind a
// proxy is what the request says of itself believed.
func Network(r *http.Request, behindProxy bool) (netip.Prefix, bool) {
	addr, err := netip.ParseAddr(Last(r.Header.Values("X-Forwarded-For")))
	proxied := behindProxy && err == nil
	if !proxied {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			return netip.Prefix{}, behindProxy // an in-memory connection
		}
		if addr, err = netip.ParseAddr(host); err != nil {
			return netip.Prefix{}, true
		}
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() && !behindProxy {
		return netip.Prefix{}, false
	}
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, _ := addr.Prefix(bits)
	return p, true
}

// Last is the last entry of a list header: the one our own proxy wrote.
func Last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	list := strings.Split(values[len(values)-1], ",")
	return strings.TrimSpace(list[len(list)-1])
}

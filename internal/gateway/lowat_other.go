//go:build !linux

package gateway

import "net"

// limitUnsent does nothing here: desks that serve thin links run on Linux.
func limitUnsent(*net.TCPConn, int) {}

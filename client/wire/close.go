package wire

import (
	"strconv"
	"strings"
)

// staysAway begins the reason of a socket's closing that says how long not to
// come back.
const staysAway = "wait="

// CloseReason is the reason that goes with a close code of the range that means
// come back: how long to stay away before, empty for no longer than usual.
func CloseReason(wait Millis) string {
	if wait <= 0 {
		return ""
	}
	return staysAway + strconv.FormatInt(int64(wait), 10)
}

// StayAway reads a [CloseReason]; 0 when it says nothing.
func StayAway(reason string) Millis {
	text, ok := strings.CutPrefix(reason, staysAway)
	wait, err := strconv.ParseUint(text, 10, 31)
	if !ok || err != nil {
		return 0
	}
	return Millis(wait)
}

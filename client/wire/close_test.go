package wire_test

import (
	"testing"

	"ventanilla/client/wire"
)

func TestTheReasonOfAClosingSaysHowLongToStayAway(t *testing.T) {
	for _, wait := range []wire.Millis{0, 1, 30_000} {
		if got := wire.StayAway(wire.CloseReason(wait)); got != wait {
			t.Errorf("read %d, said %d", got, wait)
		}
	}
	for _, reason := range []string{"", "wait", "wait=", "wait=-1", "wait=99999999999999", "slow", "wait=1s"} {
		if got := wire.StayAway(reason); got != 0 {
			t.Errorf("%q says %d, want nothing", reason, got)
		}
	}
}

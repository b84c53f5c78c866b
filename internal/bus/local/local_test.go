package local_test

import (
	"testing"

	"ventanilla/internal/bus/local"
	"ventanilla/internal/desk"
	"ventanilla/internal/desk/bustest"
)

func TestBusConforms(t *testing.T) {
	bustest.Run(t, func(*testing.T) desk.Bus { return new(local.Bus) })
}

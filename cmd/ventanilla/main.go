// Command ventanilla is a support desk for the terminal: the workstation, the desk
// behind it, and what an operator needs, in one binary.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		stop()
		os.Exit(1) // fang has printed it
	}
}

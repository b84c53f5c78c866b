//go:build !unix

package main

import "time"

func enoughFiles() error           { return nil }
func processorTime() time.Duration { return 0 }
func familyTime() time.Duration    { return 0 }
func busyTime() time.Duration      { return 0 }
func residentSet() int64           { return 0 }

package server_test

import (
	"net"
	"net/http"
	"testing"
)

// Somebody who connects and says nothing does not turn stopping into a failure.
func TestStoppingDoesNotWaitForTheSilent(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	silent, err := net.Dial("tcp", s.url[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	res, err := http.Get(s.url + "/healthz") // accepted after the silent one
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	s.stop() // fails the test when serving ends with an error
}

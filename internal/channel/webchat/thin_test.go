package webchat_test

import (
	"io"
	"net/http"
	"testing"

	"ventanilla/internal/channel/webchat"
)

// Everything the page needs before it can be written in fits into 32 kB: 16 s at
// 2 kB/s, once; after that the browser only asks whether it is still the same.
func TestThePageIsSmallOverAThinLink(t *testing.T) {
	_, _, at := open(t, webchat.Config{})
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	get := func(path, tag string) (*http.Response, int) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		req.Header.Set("If-None-Match", tag)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, len(body)
	}
	total := 0
	for _, path := range []string{
		"/chat", "/chat/page.css", "/chat/main.js", "/chat/db.js", "/chat/embed.js", "/chat/migrate.js", "/chat/outbox.js", "/chat/page.js",
		"/chat/composer.js", "/chat/link.js", "/chat/log.js", "/chat/pending.js", "/chat/status.js", "/chat/store.js", "/chat/words.js",
	} {
		resp, n := get(path, "")
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, resp.Status)
		}
		total += n
		if again, n := get(path, resp.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || n != 0 {
			t.Errorf("%s again: %s with %d bytes", path, again.Status, n)
		}
	}
	if total > 32<<10 {
		t.Errorf("the page weighs %d bytes", total)
	}
	t.Logf("%d bytes", total)
}

package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// kinds are stated here because what the system believes varies.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// asset is one file as it is served.
type asset struct {
	body   []byte
	packed []byte // by gzip: over a thin link the page is there three times sooner
	kind   string
	etag   string
	policy string
}

// readPage prepares every file by the path it is served at.
func readPage(embedders []string) (map[string]asset, error) {
	files, err := pageFiles.ReadDir("page")
	if err != nil {
		return nil, err
	}
	policy := contentPolicy(embedders)
	page := make(map[string]asset, len(files))
	for _, f := range files {
		body, err := pageFiles.ReadFile("page/" + f.Name())
		if err != nil {
			return nil, err
		}
		at := "/chat/" + f.Name()
		switch f.Name() {
		case "index.html":
			at = "/chat"
			if body, err = fillIn(body, embedders); err != nil {
				return nil, err
			}
		case "widget.js":
			at = "/widget.js"
		}
		sum := sha256.Sum256(body)
		packed, err := pack(body)
		if err != nil {
			return nil, err
		}
		page[at] = asset{body, packed, kinds[path.Ext(f.Name())], `"` + hex.EncodeToString(sum[:12]) + `"`, policy}
	}
	return page, nil
}

func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// fillIn tells the page whose windows it may listen to.
func fillIn(body []byte, embedders []string) ([]byte, error) {
	t, err := template.New("index").Parse(string(body))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct{ Embedders string }{strings.Join(embedders, " ")})
	return b.Bytes(), err
}

// contentPolicy allows our own files and nothing else: whatever a message holds,
// the browser has no way to run or load it.
func contentPolicy(embedders []string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "connect-src 'self'", "style-src 'self'", "img-src 'self'",
		"base-uri 'none'", "form-action 'none'",
		"frame-ancestors " + strings.Join(append([]string{"'self'"}, embedders...), " "),
		"require-trusted-types-for 'script'",
	}, "; ")
}

func (c *Channel) servePage(w http.ResponseWriter, r *http.Request) {
	a, there := c.page[r.URL.Path]
	if !there {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Content-Security-Policy", a.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
	h.Set("Cache-Control", "no-cache") // ask each time; the tag makes that cheap
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	body := a.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = a.packed
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", strings.TrimSuffix(a.etag, `"`)+`-gzip"`)
	}
	if r.URL.Path == "/widget.js" {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

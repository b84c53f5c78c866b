package demo

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"ventanilla/internal/server"
)

// visitPath stands beside the desk's own addresses. A customer's token is good once
// and for minutes, so the link that is shown is to this page, which signs a fresh
// one at each visit. A real lender's page does it after a login; only the demo does
// it for anybody, and only on this machine.
const visitPath = "/demo"

// leavesWithin is how long a browser's requests may take to end.
const leavesWithin = time.Second

// front serves browsers until ctx ends.
func (d *Demo) front(ctx context.Context) error {
	quiet := slog.NewLogLogger(d.cfg.Log.Handler(), slog.LevelDebug)
	transport := &http.Transport{DialContext: d.Dial}
	defer transport.CloseIdleConnections()
	routes := d.routes(transport, quiet)
	var requests sync.WaitGroup // sockets too, which Shutdown does not know
	web := &http.Server{
		ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: quiet,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			defer requests.Done()
			routes.ServeHTTP(w, r)
		}),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var ending sync.WaitGroup
	ending.Go(func() {
		<-ctx.Done()
		last, done := context.WithTimeout(context.WithoutCancel(ctx), leavesWithin)
		defer done()
		_ = web.Shutdown(last)
		_ = web.Close()
	})
	err := web.Serve(d.public)
	stop()
	ending.Wait()
	requests.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving browsers: %w", err)
}

// routes are the page above, and the desk for all the rest.
func (d *Demo) routes(toDesk http.RoundTripper, quiet *log.Logger) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: toDesk, ErrorLog: quiet,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: r.In.Host}) // the desk checks origins by the host
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+visitPath, d.visit)
	mux.Handle("/", proxy)
	return mux
}

// visit sends a browser to the chat as a customer of the loan book.
func (d *Demo) visit(w http.ResponseWriter, r *http.Request) {
	// Another site's name that leads here is no way in.
	if server.CheckListen(r.Host, false, false) != nil {
		http.Error(w, "this page is for this machine", http.StatusForbidden)
		return
	}
	ref := r.URL.Query().Get("customer")
	if ref == "" {
		ref = guest
	}
	if d.names[ref] == "" {
		http.NotFound(w, r)
		return
	}
	token, err := d.token(ref)
	if err != nil {
		http.Error(w, "no token could be signed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, "/chat#token="+url.QueryEscape(token), http.StatusSeeOther)
}

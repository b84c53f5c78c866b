package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ventanilla/internal/sqlitedb"
)

// bare is the least that takes a message, has it on the disk, answers and tells
// everybody: one writer that commits what has queued up, one table, a queue and a
// writing goroutine per socket. No rights, no rules, no lanes, no state, no search.
type bare struct {
	db       *sqlitedb.DB
	inbox    chan bareSay
	upgrader websocket.Upgrader
	writer   sync.WaitGroup

	mu      sync.Mutex
	readers map[*bareConn]struct{}
	seq     int64
}

type bareSay struct {
	N    uint64 `json:"n"`
	Text string `json:"text"`
	from *bareConn
}

// bareQueue is how many frames a socket may be behind.
const bareQueue = 8192

type bareConn struct {
	ws  *websocket.Conn
	out chan []byte
}

func (c *bareConn) send(frame []byte) {
	select {
	case c.out <- frame:
	default:
		_ = c.ws.Close()
	}
}

func startBare(_ context.Context, dir string) (*host, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ctx := context.Background()
	db, err := sqlitedb.Open(ctx, filepath.Join(dir, "bare.db"), []string{"create table log(seq integer primary key, body blob not null)"})
	if err != nil {
		return nil, err
	}
	b := &bare{db: db, inbox: make(chan bareSay, 4096), readers: make(map[*bareConn]struct{})}
	if err := db.Read.QueryRowContext(ctx, "select coalesce(max(seq), 0) from log").Scan(&b.seq); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	b.upgrader = websocket.Upgrader{ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{}}
	l, err := listen()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/follow", b.follow)
	mux.HandleFunc("/idle", b.idle)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = web.Serve(l) }()
	b.writer.Go(b.write)
	return &host{addr: l.Addr().String(), publish: b.publish, close: func() error {
		return errors.Join(web.Close(), db.Close())
	}}, nil
}

// idle is a socket that is only read, by one goroutine: the least memory it can have.
func (b *bare) idle(w http.ResponseWriter, r *http.Request) {
	ws, err := b.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	go func() {
		for {
			if _, _, err := ws.NextReader(); err != nil {
				return
			}
		}
	}()
}

// follow sends what came after a seq and then what comes, and takes messages.
func (b *bare) follow(w http.ResponseWriter, r *http.Request) {
	ws, err := b.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &bareConn{ws: ws, out: make(chan []byte, bareQueue)}
	go func() {
		for frame := range c.out {
			if ws.WriteMessage(websocket.TextMessage, frame) != nil {
				return
			}
		}
	}()
	switch after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64); {
	case r.URL.Query().Has("head"):
		b.join(c)
		c.send([]byte(joined))
	case err == nil && b.catchUp(c, after) != nil:
		_ = ws.Close()
		return
	}
	go b.hear(c)
}

// catchUp sends the missed records, then joins. Nothing is written meanwhile when
// it is measured, so it need not close the gap between the two.
func (b *bare) catchUp(c *bareConn, after int64) error {
	rows, err := b.db.Read.Query("select seq, body from log where seq > ? order by seq", after)
	if err != nil {
		return err
	}
	defer rows.Close()
	frame, n := []byte{'['}, 0
	for rows.Next() {
		var seq int64
		var body sql.RawBytes
		if err := rows.Scan(&seq, &body); err != nil {
			return err
		}
		if n++; n > 1 {
			frame = append(frame, ',')
		}
		frame = append(frame, body...)
		if n == 256 {
			c.send(append(frame, ']'))
			frame, n = []byte{'['}, 0
		}
	}
	if n > 0 {
		c.send(append(frame, ']'))
	}
	b.join(c)
	return rows.Err()
}

// joined tells a reader that whatever comes from now on reaches it.
const joined = `"joined"`

func (b *bare) join(c *bareConn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.readers[c] = struct{}{}
}

func (b *bare) hear(c *bareConn) {
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			b.mu.Lock()
			delete(b.readers, c)
			b.mu.Unlock()
			return
		}
		say := bareSay{from: c}
		if json.Unmarshal(data, &say) == nil {
			b.inbox <- say
		}
	}
}

// write commits in groups, then answers and tells.
func (b *bare) write() {
	for say := range b.inbox {
		group := []bareSay{say}
	more:
		for len(group) < 256 {
			select {
			case say := <-b.inbox:
				group = append(group, say)
			default:
				break more
			}
		}
		if err := b.commit(group); err != nil {
			panic(err) // there is nobody to tell: the run is worth nothing
		}
	}
}

func (b *bare) commit(group []bareSay) error {
	tx, err := b.db.Write.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.Prepare("insert into log values (?, ?)")
	if err != nil {
		return err
	}
	frame := []byte{'['}
	for i, say := range group {
		body := bareBody(b.seq+int64(i)+1, say.Text)
		if _, err := insert.Exec(b.seq+int64(i)+1, body); err != nil {
			return err
		}
		if i > 0 {
			frame = append(frame, ',')
		}
		frame = append(frame, body...)
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for i, say := range group {
		say.from.send(fmt.Appendf(nil, `{"ack":%d,"seq":%d}`, say.N, b.seq+int64(i)+1))
	}
	b.seq += int64(len(group))
	b.tell(append(frame, ']'))
	return nil
}

func (b *bare) tell(frame []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.readers {
		c.send(frame)
	}
}

// publish sends records to every reader as fast as they are made, without the disk.
func (b *bare) publish(records, perFrame int) time.Duration {
	began := time.Now()
	for n := 0; n < records; n += perFrame {
		frame := []byte{'['}
		for i := range min(perFrame, records-n) {
			if i > 0 {
				frame = append(frame, ',')
			}
			frame = append(frame, bareBody(int64(n+i), message)...)
		}
		b.tell(append(frame, ']'))
	}
	return time.Since(began)
}

// bareBody has the members that a record of ours has.
func bareBody(seq int64, text string) []byte {
	quoted, _ := json.Marshal(text) // a string cannot fail
	return fmt.Appendf(nil, `[%d,%d,{"ev":"said","at":%d,"c":"1nq4yd8k2m","by":"customer","text":%s}]`,
		seq, seq-1, time.Now().UnixMilli(), quoted)
}

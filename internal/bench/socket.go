package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"ventanilla/client/wire"
)

// message is what everybody writes here: 80 characters, the first of which is in no
// other text, so that deliveries can be counted in raw bytes.
const message = "^Hola, ya pagué la cuota pero todavía me figura como pendiente. ¿Me ayudan? Grac"

var marker = []byte("^")

// patience bounds every wait for the other side.
const patience = 20 * time.Second

var errPatience = errors.New("waited too long")

// open upgrades a connection by hand and sends one frame: reading raw bytes costs
// the measuring side least.
func open(ctx context.Context, addr, path string, header http.Header, hello any) (*bufio.Reader, net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	r := bufio.NewReaderSize(conn, 8<<10)
	err = upgrade(r, conn, path, header)
	if err == nil && hello != nil {
		err = writeMasked(conn, hello)
	}
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return r, conn, nil
}

func upgrade(r *bufio.Reader, conn net.Conn, path string, header http.Header) error {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	req, err := http.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
	if err != nil {
		return err
	}
	req.Header = header.Clone()
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "websocket")
	req.Header.Set("Sec-WebSocket-Version", "13")
	req.Header.Set("Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(key))
	if err := req.Write(conn); err != nil {
		return err
	}
	resp, err := http.ReadResponse(r, req)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("upgrading %s: %s", path, resp.Status)
	}
	return err
}

// writeMasked sends one text frame as clients must: masked, here with zeros.
func writeMasked(conn net.Conn, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	frame := []byte{0x81, 0x80 | 126}
	frame = binary.BigEndian.AppendUint16(frame, uint16(len(b)))
	frame = append(frame, 0, 0, 0, 0)
	_, err = conn.Write(append(frame, b...))
	return err
}

// until reads raw bytes until a text has come.
func until(r *bufio.Reader, conn net.Conn, text string) error {
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	defer conn.SetReadDeadline(time.Time{})
	var seen []byte
	buf := make([]byte, 4<<10)
	for !bytes.Contains(seen, []byte(text)) {
		n, err := r.Read(buf)
		if err != nil {
			return fmt.Errorf("waiting for %s: %w", text, err)
		}
		seen = append(seen[max(0, len(seen)-len(text)):], buf[:n]...)
	}
	return nil
}

// reader opens reading client number i, at a position or at the head.
func (p *process) reader(ctx context.Context, i int, at *wire.Position, rights string) (*bufio.Reader, net.Conn, error) {
	if p.kind == "bare" {
		if at != nil {
			return open(ctx, p.addr, fmt.Sprintf("/follow?after=%d", at.Seq), http.Header{}, nil)
		}
		r, conn, err := open(ctx, p.addr, "/follow?head", http.Header{}, nil)
		return ready(r, conn, err, joined)
	}
	header := http.Header{"Authorization": {"Bearer " + token(i/perUser)}, "Sec-Websocket-Protocol": {wire.Subprotocol}}
	hello := wire.FromClient{Hello: &wire.Hello{
		Version: wire.Version, Device: fmt.Sprintf("bench-device-%d", i), Lane: fmt.Sprintf("bench-lane-%d", i),
		Locale: "es-AR", At: at, Rights: rights,
	}}
	r, conn, err := open(ctx, p.addr, wire.Path, header, hello)
	if err != nil || at != nil {
		return r, conn, err
	}
	return ready(r, conn, nil, `"last":true`)
}

// ready waits for the text that says that a reader misses nothing from now on.
func ready(r *bufio.Reader, conn net.Conn, err error, text string) (*bufio.Reader, net.Conn, error) {
	if err != nil {
		return nil, nil, err
	}
	if err := until(r, conn, text); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return r, conn, nil
}

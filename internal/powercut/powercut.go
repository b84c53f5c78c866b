// Package powercut is a disk for tests that forgets what was not synced. It runs
// under a second build of SQLite, which lets Go stand in for the file system, so
// that the product's own schema and statements meet a power cut at any write. It
// is no part of the product, and knows no tables. New names and removed files
// last at once here, which a real folder promises only after its own sync.
package powercut

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the second SQLite, as "sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	"github.com/ncruces/go-sqlite3/vfs"

	"ventanilla/internal/sqlitedb"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// withSearch gives every connection of the second SQLite what the product's has.
var withSearch = sync.OnceFunc(func() { sqlite3.AutoExtension(fts5.Register) })

// Disk keeps files in memory. Writes go to a cache; a sync makes them last. Make
// it with [New].
type Disk struct {
	engine sqlitedb.Engine
	shm    string // folder of the files through which connections share an index

	mu     sync.Mutex
	random *rand.Rand
	nodes  map[string]*node
	age    int // counts power cuts; handles of an earlier one are dead
	ops    int
	cutAt  int // the operation at which the power goes; 0: never
	dark   bool
}

// New makes an empty disk whose cuts follow from the seed. It lives as long as
// the test. Pragmas are run on every connection, after the product's own.
func New(t testing.TB, seed uint64, pragmas ...string) *Disk {
	t.Helper()
	withSearch()
	name := fmt.Sprintf("powercut-%s-%d", url.PathEscape(t.Name()), seed)
	d := &Disk{
		engine: sqlitedb.Engine{Driver: "sqlite3", Params: url.Values{"vfs": {name}, "_pragma": pragmas}},
		shm:    t.TempDir(),
		random: rand.New(rand.NewPCG(seed, 0)),
		nodes:  make(map[string]*node),
	}
	vfs.Register(name, files{d})
	t.Cleanup(func() { vfs.Unregister(name) })
	return d
}

// Engine opens databases on the disk.
func (d *Disk) Engine() sqlitedb.Engine { return d.engine }

// CutAfter lets n more writes, truncations and syncs pass and then cuts the power:
// everything fails from there on.
func (d *Disk) CutAfter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutAt = d.ops + n + 1
}

// Restart is the machine coming back: of what was not synced some writes are
// there, in any order, torn at sectors, and others are not. What was open is dead.
func (d *Disk) Restart() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.nodes {
		n.durable = d.survivors(n)
		n.cache, n.pending = bytes.Clone(n.durable), nil
		n.shared, n.reserved, n.exclusive = 0, nil, nil
	}
	d.age++
	d.dark, d.cutAt, d.ops = false, 0, 0
}

func (d *Disk) survivors(n *node) []byte {
	image := bytes.Clone(n.durable)
	for _, i := range d.random.Perm(len(n.pending)) {
		if w := n.pending[i]; d.random.IntN(2) == 0 {
			image = d.tear(w).on(image)
		}
	}
	return image
}

// tear cuts a write down to a run of its sectors, half of the times.
func (d *Disk) tear(w write) write {
	sectors := len(w.data) / sector
	if w.truncates || sectors < 2 || d.random.IntN(2) == 0 {
		return w
	}
	from := d.random.IntN(sectors)
	to := from + 1 + d.random.IntN(sectors-from)
	return write{off: w.off + int64(from*sector), data: w.data[from*sector : to*sector]}
}

// step counts what changes the disk; an error when there is no power.
func (d *Disk) step(age int) error {
	d.ops++
	if d.cutAt > 0 && d.ops >= d.cutAt {
		d.dark = true
	}
	if d.dark || age != d.age {
		return sqlite3.IOERR
	}
	return nil
}

// node is a file: as programs see it, as it would be found after a cut, and what
// lies between.
type node struct {
	cache, durable      []byte
	pending             []write
	shared              int
	reserved, exclusive *file
}

type write struct {
	off       int64
	data      []byte
	truncates bool // to off
}

func (w write) on(image []byte) []byte {
	if w.truncates {
		return image[:min(int64(len(image)), w.off)]
	}
	if grow := w.off + int64(len(w.data)) - int64(len(image)); grow > 0 {
		image = append(image, make([]byte, grow)...)
	}
	copy(image[w.off:], w.data)
	return image
}

// files is the disk as SQLite's file system.
type files struct{ *Disk }

func (d files) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.nodes[name]
	if n == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		n = new(node)
		d.nodes[name] = n
	}
	f := &file{disk: d.Disk, node: n, age: d.age}
	// A new file after each cut: an index in memory does not outlive the machine.
	f.shm = vfs.NewSharedMemory(filepath.Join(d.shm, fmt.Sprintf("%s-%d", filepath.Base(name), d.age)), flags)
	return f, flags, nil
}

func (d files) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.nodes[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if d.dark {
		return sqlite3.IOERR
	}
	delete(d.nodes, name)
	return nil
}

func (d files) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nodes[name] != nil, nil
}

func (d files) FullPathname(name string) (string, error) { return name, nil }

package powercut

import (
	"bytes"
	"io"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// file is one connection's handle of a node.
type file struct {
	disk  *Disk
	node  *node
	age   int
	level vfs.LockLevel
	shm   vfs.SharedMemory
}

var _ vfs.FileSharedMemory = (*file)(nil)

// SharedMemory implements [vfs.FileSharedMemory].
func (f *file) SharedMemory() vfs.SharedMemory { return f.shm }

// Close implements [vfs.File].
func (f *file) Close() error {
	err := f.Unlock(vfs.LOCK_NONE)
	if f.shm != nil {
		return f.shm.Close()
	}
	return err
}

// ReadAt implements [vfs.File].
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if off >= int64(len(f.node.cache)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.cache[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements [vfs.File].
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	return len(p), f.change(write{off: off, data: bytes.Clone(p)})
}

// Truncate implements [vfs.File].
func (f *file) Truncate(size int64) error { return f.change(write{off: size, truncates: true}) }

func (f *file) change(w write) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(f.age); err != nil {
		return err
	}
	f.node.cache = w.on(f.node.cache)
	f.node.pending = append(f.node.pending, w)
	return nil
}

// Sync implements [vfs.File].
func (f *file) Sync(vfs.SyncFlag) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.step(f.age); err != nil {
		return err
	}
	f.node.durable, f.node.pending = bytes.Clone(f.node.cache), nil
	return nil
}

// Size implements [vfs.File].
func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.node.cache)), nil
}

// Lock implements [vfs.File].
func (f *file) Lock(level vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	n := f.node
	switch {
	case level <= f.level || f.age != f.disk.age:
		return nil
	case n.exclusive != nil && n.exclusive != f, level > vfs.LOCK_SHARED && n.reserved != nil && n.reserved != f:
		return sqlite3.BUSY
	case level == vfs.LOCK_EXCLUSIVE && n.shared > 1:
		return sqlite3.BUSY
	}
	switch level {
	case vfs.LOCK_SHARED:
		n.shared++
	case vfs.LOCK_RESERVED:
		n.reserved = f
	case vfs.LOCK_EXCLUSIVE:
		n.exclusive = f
	}
	f.level = level
	return nil
}

// Unlock implements [vfs.File].
func (f *file) Unlock(level vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.level <= level {
		return nil
	}
	n, had := f.node, f.level
	f.level = level
	if f.age != f.disk.age {
		return nil
	}
	if n.reserved == f {
		n.reserved = nil
	}
	if n.exclusive == f {
		n.exclusive = nil
	}
	if level == vfs.LOCK_NONE && had >= vfs.LOCK_SHARED {
		n.shared--
	}
	return nil
}

// CheckReservedLock implements [vfs.File].
func (f *file) CheckReservedLock() (bool, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return f.node.reserved != nil, nil
}

// SectorSize implements [vfs.File].
func (f *file) SectorSize() int { return sector }

// DeviceCharacteristics implements [vfs.File]: the disk promises nothing.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic { return vfs.IOCAP_SUBPAGE_READ }

package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ventanilla/internal/server"
)

// A backup is a tar archive: the contents first, then the files they list.
const (
	contentsName = "ventanilla-backup.json"
	format       = 1
	// maxContents bounds what is read of a file that may be no backup at all.
	maxContents = 1 << 16
)

// ErrNoBackup is a file that is no backup, or not the whole of one.
var ErrNoBackup = errors.New("this is not a whole backup of a desk")

// contents is what a backup says about itself.
type contents struct {
	Format int       `json:"format"`
	Made   time.Time `json:"made"`
	Files  []member  `json:"files"`
}

// member is one file of a backup.
type member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// pack writes the named files of a folder as one file and returns its size. The
// file has its name only when all of it is on the disk.
func pack(ctx context.Context, dir string, names []string, file string, replace bool) (size int64, err error) {
	c := contents{Format: format, Made: time.Now().UTC().Truncate(time.Second)}
	for _, name := range names {
		m, err := describe(ctx, dir, name)
		if err != nil {
			return 0, err
		}
		c.Files = append(c.Files, m)
	}
	whole := filepath.Join(dir, "whole.tar")
	f, err := os.OpenFile(whole, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	werr := write(ctx, f, dir, c)
	size, serr := f.Seek(0, io.SeekCurrent)
	if err := errors.Join(werr, serr, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if replace {
		err = os.Rename(whole, file)
	} else {
		err = os.Link(whole, file) // fails when somebody was first
	}
	return size, errors.Join(err, syncFolder(filepath.Dir(file)))
}

func describe(ctx context.Context, dir, name string) (member, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return member{}, err
	}
	sum := sha256.New()
	size, err := io.Copy(sum, reading{ctx, f})
	return member{name, size, hex.EncodeToString(sum.Sum(nil))}, errors.Join(err, f.Close())
}

func write(ctx context.Context, to io.Writer, dir string, c contents) error {
	w := tar.NewWriter(to)
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	header := func(name string, size int64) error {
		return w.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: c.Made, Typeflag: tar.TypeReg})
	}
	if err := header(contentsName, int64(len(b))); err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	for _, m := range c.Files {
		if err := header(m.Name, m.Size); err != nil {
			return err
		}
		f, err := os.Open(filepath.Join(dir, m.Name))
		if err != nil {
			return err
		}
		_, err = io.Copy(w, reading{ctx, f})
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return w.Close()
}

// unpack makes the files of a backup in a folder, each synced and as it was
// packed. It takes no name that it would not have packed.
func unpack(ctx context.Context, file, dir string) (contents, error) {
	f, err := os.Open(file)
	if err != nil {
		return contents{}, err
	}
	c, err := unpackFrom(tar.NewReader(reading{ctx, f}), dir)
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	return c, errors.Join(err, f.Close())
}

func unpackFrom(r *tar.Reader, dir string) (c contents, err error) {
	h, err := r.Next()
	if err != nil {
		return c, err
	}
	if h.Name != contentsName {
		return c, fmt.Errorf("%w: it does not begin with its contents", ErrNoBackup)
	}
	b, err := io.ReadAll(io.LimitReader(r, maxContents))
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%w: its contents: %w", ErrNoBackup, err)
	}
	if c.Format != format {
		return c, fmt.Errorf("the backup has format %d, this build knows %d: use the ventanilla that made it", c.Format, format)
	}
	known := slices.Concat(server.Databases(), server.Keys())
	for _, m := range c.Files {
		h, err := r.Next()
		if err != nil {
			return c, err
		}
		if h.Name != m.Name || !slices.Contains(known, m.Name) {
			return c, fmt.Errorf("%w: it holds %q", ErrNoBackup, h.Name)
		}
		if err := take(r, filepath.Join(dir, m.Name), m); err != nil {
			return c, fmt.Errorf("taking out %s: %w", m.Name, err)
		}
	}
	return c, syncFolder(dir)
}

func take(r io.Reader, path string, m member) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), r)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if size != m.Size || hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return fmt.Errorf("%w: the bytes are not those that were packed", ErrNoBackup)
	}
	return nil
}

// reading is a file that stops being read when ctx ends.
type reading struct {
	ctx context.Context
	io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// syncFolder makes new names in a folder last.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

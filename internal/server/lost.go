package server

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ventanilla/internal/desk"
	"ventanilla/internal/store/sqlite"
)

// CheckData refuses a folder in which a desk has worked and whose workspace is gone:
// desk.db is not there, or there is nothing in it. Opening that would begin a new,
// empty workspace, and all that was ever said at the old one would be missing
// without a word. A folder in which no desk has worked is fine.
func CheckData(dir string) error {
	path := filepath.Join(dir, sqlite.FileName)
	empty, err := isEmpty(path)
	if err != nil {
		return fmt.Errorf("looking for the workspace: %w", err)
	}
	if !empty {
		return nil
	}
	for _, name := range []string{sqlite.FileName + "-wal", bookFile, bookKeyFile} {
		if size(filepath.Join(dir, name)) > 0 {
			return fmt.Errorf("%w: a desk has worked in %s, for %s is there, but its workspace %s is not, or is empty: put it back; to begin anew, use another folder",
				desk.ErrDamaged, dir, name, sqlite.FileName)
		}
	}
	return nil
}

// isEmpty reports whether a database is not there, or holds no table and has no
// write-ahead log that could. The first start folds its log into the file before it
// makes anything else, so a file without tables beside other data has lost its log.
func isEmpty(path string) (bool, error) {
	const version = 60 // where the file says which schema it has
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	var head [version + 4]byte
	switch _, err := io.ReadFull(f, head[:]); {
	case errors.Is(err, io.EOF):
		return true, nil
	case errors.Is(err, io.ErrUnexpectedEOF): // cut short, which opening it says better
		return false, nil
	case err != nil:
		return false, err
	}
	return string(head[:16]) == "SQLite format 3\x00" && binary.BigEndian.Uint32(head[version:]) == 0 && size(path+"-wal") == 0, nil
}

// size is a file's; 0 when there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

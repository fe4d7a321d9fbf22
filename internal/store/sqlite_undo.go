package store

import (
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// What SQLite keeps for the way back, of a unit and of a transaction, is a file to it. Where it is told to have that in memory it makes
// it of pieces of 1 kB, each of which is asked for and given back anew for every unit. Of a desk that is thrown away it is a file of
// ours: in memory too, of large pieces that stay.

// undoFile is one.
type undoFile struct {
	pieces [][]byte
	size   int64
}

const (
	undoPiece = 1 << 18
	// What is large in a statement goes there, too.
	undoFlags = sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_SUBJOURNAL | sqlite3.SQLITE_OPEN_TRANSIENT_DB |
		sqlite3.SQLITE_OPEN_TEMP_DB | sqlite3.SQLITE_OPEN_TEMP_JOURNAL
)

// undoHandle is what stands where SQLite has its file.
type undoHandle struct {
	sqlite3.Tsqlite3_file
	file uintptr // *undoFile
}

// undoFiles are those that are open, by their handles: SQLite's memory is not looked through for what is in use.
var undoFiles sync.Map

func init() {
	// What a unit or a statement can be undone with goes to a file at once, where SQLite is not told to keep it in memory.
	configure(sqlite3.SQLITE_CONFIG_STMTJRNL_SPILL, int32(0))
}

// undoSystem gives the name of the file system.
var undoSystem = sync.OnceValues(func() (string, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	methods := toC(tls, undoMethods())
	return fileSystem("kept-undo", func(open openFile, tls *libc.TLS, path, file uintptr, flags int32, out uintptr) int32 {
		if flags&undoFlags == 0 {
			return open(tls, path, file, flags, out)
		}
		f := &undoFile{}
		undoFiles.Store(file, f)
		h := inC[undoHandle](file)
		h.FpMethods, h.file = methods, uintptr(unsafe.Pointer(f))
		if out != 0 {
			*inC[int32](out) = flags
		}
		return sqlite3.SQLITE_OK
	})
})

func undoOf(file uintptr) *undoFile { return inC[undoFile](inC[undoHandle](file).file) }

func undoMethods() sqlite3.Tsqlite3_io_methods {
	m := sqlite3.Tsqlite3_io_methods{FiVersion: 1}
	setFunc(&m.FxRead, func(_ *libc.TLS, file, into uintptr, n int32, off int64) int32 {
		if undoOf(file).read(unsafe.Slice(inC[byte](into), n), off) {
			return sqlite3.SQLITE_OK
		}
		return sqlite3.SQLITE_IOERR_SHORT_READ
	})
	setFunc(&m.FxWrite, func(_ *libc.TLS, file, from uintptr, n int32, off int64) int32 {
		undoOf(file).write(unsafe.Slice(inC[byte](from), n), off)
		return sqlite3.SQLITE_OK
	})
	setFunc(&m.FxTruncate, func(_ *libc.TLS, file uintptr, size int64) int32 {
		undoOf(file).size = size
		return sqlite3.SQLITE_OK
	})
	setFunc(&m.FxFileSize, func(_ *libc.TLS, file, into uintptr) int32 {
		*inC[int64](into) = undoOf(file).size
		return sqlite3.SQLITE_OK
	})
	setFunc(&m.FxClose, func(_ *libc.TLS, file uintptr) int32 {
		undoFiles.Delete(file)
		return sqlite3.SQLITE_OK
	})
	setFunc(&m.FxSync, func(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_OK })
	setFunc(&m.FxLock, func(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_OK })
	setFunc(&m.FxUnlock, func(*libc.TLS, uintptr, int32) int32 { return sqlite3.SQLITE_OK })
	setFunc(&m.FxCheckReservedLock, func(_ *libc.TLS, _, out uintptr) int32 {
		*inC[int32](out) = 0
		return sqlite3.SQLITE_OK
	})
	setFunc(&m.FxFileControl, func(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND })
	setFunc(&m.FxSectorSize, func(*libc.TLS, uintptr) int32 { return 512 })
	setFunc(&m.FxDeviceCharacteristics, func(*libc.TLS, uintptr) int32 { return 0 })
	return m
}

// read fills what it can, with zeros behind the end, and says whether all was there.
func (f *undoFile) read(into []byte, off int64) (whole bool) {
	whole = off+int64(len(into)) <= f.size
	if !whole {
		clear(into)
		into = into[:max(f.size-off, 0)]
	}
	for len(into) > 0 {
		n := copy(into, f.pieces[off/undoPiece][off%undoPiece:])
		into, off = into[n:], off+int64(n)
	}
	return whole
}

func (f *undoFile) write(from []byte, off int64) {
	f.size = max(f.size, off+int64(len(from)))
	for len(from) > 0 {
		for int64(len(f.pieces)) <= off/undoPiece {
			f.pieces = append(f.pieces, make([]byte, undoPiece))
		}
		n := copy(f.pieces[off/undoPiece][off%undoPiece:], from)
		from, off = from[n:], off+int64(n)
	}
}

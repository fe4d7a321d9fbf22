package store

import (
	"encoding/binary"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The file system through which SQLite writes is its own, but for the log of what is committed (the WAL): SQLite
// writes a page there in two calls to the system, and a commit of sixteen tickets in over three hundred. Here the pages of
// a transaction are put side by side in memory and written at once, at the latest with the page that ends the
// transaction, so that nobody is told of a page that is not in the file. What is on disk, and when, is as ever.

// walFile is a log that is open for one connection.
type walFile struct {
	under  *sqlite3.Tsqlite3_io_methods // as SQLite opened it
	db     uintptr                      // the database that it belongs to
	above  uintptr                      // methods of the database, as SQLite opened it
	lock   func(tls *libc.TLS, db uintptr, first, n, flags int32) int32
	buf    uintptr // what waits, walRoom bytes of C memory at most
	len    int64
	end    int64 // where the last write ended, and the next is expected
	ending bool  // the header of the page that ends the transaction has come
	failed int32 // what SQLite was told when it could not be written, until the transaction is undone
	synced bool  // once
}

// walIO reads or writes so many bytes of a file at a place, into or from an address.
type walIO func(tls *libc.TLS, file, address uintptr, n int32, off int64) int32

// walOver is what methods of ours were put over.
type walOver struct {
	under *sqlite3.Tsqlite3_io_methods
	log   bool // or the database that it belongs to
}

const (
	walRoom       = 1<<17 - 1 // SQLite writes no more in one call
	walWriteLock  = 0         // the lock of whoever writes, by its place
	walPageHeader = 24        // bytes before each page, https://www.sqlite.org/fileformat2.html#the_write_ahead_log
)

var (
	walFiles sync.Map // by the addresses that SQLite gives the log and its database: *walFile

	walMu      sync.Mutex
	walMethods = map[walOver]uintptr{} // ours, for each of SQLite's
)

// walSystem gives the name of the file system.
var walSystem = sync.OnceValues(func() (string, error) {
	return fileSystem("kept", func(open openFile, tls *libc.TLS, path, file uintptr, flags int32, out uintptr) int32 {
		rc := open(tls, path, file, flags, out)
		if rc == sqlite3.SQLITE_OK && flags&sqlite3.SQLITE_OPEN_WAL != 0 {
			rc = walOpen(tls, file, path)
		}
		return rc
	})
})

func walOpen(tls *libc.TLS, file, path uintptr) int32 {
	db := sqlite3.Xsqlite3_database_file_object(tls, path)
	buf := libc.Xmalloc(tls, walRoom)
	if buf == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	f := &walFile{under: methodsOf(file), db: db, buf: buf, end: -1}
	over(tls, file, true, func(m *sqlite3.Tsqlite3_io_methods) {
		setFunc(&m.FxClose, walClose)
		setFunc(&m.FxRead, walRead)
		setFunc(&m.FxWrite, walWrite)
		setFunc(&m.FxTruncate, walTruncate)
		setFunc(&m.FxSync, walSync)
		setFunc(&m.FxFileSize, walSize)
	})
	f.lock = funcAt[func(*libc.TLS, uintptr, int32, int32, int32) int32](methodsOf(db).FxShmLock)
	f.above = inC[sqlite3.Tsqlite3_file](db).FpMethods
	over(tls, db, false, func(m *sqlite3.Tsqlite3_io_methods) { setFunc(&m.FxShmLock, walLock) })
	walFiles.Store(file, f)
	walFiles.Store(db, f)
	return sqlite3.SQLITE_OK
}

func methodsOf(file uintptr) *sqlite3.Tsqlite3_io_methods {
	return inC[sqlite3.Tsqlite3_io_methods](inC[sqlite3.Tsqlite3_file](file).FpMethods)
}

// over puts methods of ours over those of a file.
func over(tls *libc.TLS, file uintptr, log bool, change func(*sqlite3.Tsqlite3_io_methods)) {
	walMu.Lock()
	defer walMu.Unlock()
	key := walOver{methodsOf(file), log}
	ours := walMethods[key]
	if ours == 0 {
		m := *key.under
		change(&m)
		ours = toC(tls, m)
		walMethods[key] = ours
	}
	inC[sqlite3.Tsqlite3_file](file).FpMethods = ours
}

func walOf(file uintptr) *walFile {
	f, _ := walFiles.Load(file)
	return f.(*walFile)
}

func walWrite(tls *libc.TLS, file, from uintptr, n int32, off int64) int32 {
	f := walOf(file)
	if f.failed != 0 {
		return f.failed
	}
	next, header := off == f.end, n == walPageHeader
	if !next || f.len+int64(n) > walRoom {
		if rc := f.flush(tls, file); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	f.end = off + int64(n)
	if header { // how many pages the file has afterwards, where it ends a transaction; otherwise 0
		f.ending = binary.BigEndian.Uint32(inC[[walPageHeader]byte](from)[4:]) != 0
	}
	if !next || int64(n) > walRoom { // the first after somebody else's, or a page written once more
		return f.write(tls, file, from, n, off)
	}
	libc.Xmemcpy(tls, f.buf+uintptr(f.len), from, libc.Tsize_t(n))
	f.len += int64(n)
	if f.ending && !header {
		return f.flush(tls, file)
	}
	return sqlite3.SQLITE_OK
}

func (f *walFile) write(tls *libc.TLS, file, from uintptr, n int32, off int64) int32 {
	return funcAt[walIO](f.under.FxWrite)(tls, file, from, n, off)
}

// flush writes what waits. What could not be written is not kept, and nothing more is until SQLite has given up the
// transaction: when a page is being read it may undo no more than a statement.
func (f *walFile) flush(tls *libc.TLS, file uintptr) int32 {
	if f.len == 0 {
		return sqlite3.SQLITE_OK
	}
	n := f.len
	f.len = 0
	rc := f.write(tls, file, f.buf, int32(n), f.end-n)
	if rc != sqlite3.SQLITE_OK {
		f.end, f.failed = -1, rc
	}
	return rc
}

func walRead(tls *libc.TLS, file, into uintptr, n int32, off int64) int32 {
	f := walOf(file)
	if rc := f.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return funcAt[walIO](f.under.FxRead)(tls, file, into, n, off)
}

func walTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	f := walOf(file)
	if rc := f.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return funcAt[func(*libc.TLS, uintptr, int64) int32](f.under.FxTruncate)(tls, file, size)
}

func walSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	f := walOf(file)
	if f.failed != 0 {
		return f.failed
	}
	if rc := f.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	if !f.synced { // for a new file SQLite does more
		rc := funcAt[func(*libc.TLS, uintptr, int32) int32](f.under.FxSync)(tls, file, flags)
		f.synced = rc == sqlite3.SQLITE_OK
		return rc
	}
	if err := syncData(int(inC[sqlite3.TunixFile](file).Fh)); err != nil {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	return sqlite3.SQLITE_OK
}

func walSize(tls *libc.TLS, file, into uintptr) int32 {
	f := walOf(file)
	if rc := f.flush(tls, file); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return funcAt[func(*libc.TLS, uintptr, uintptr) int32](f.under.FxFileSize)(tls, file, into)
}

// walLock sees how a transaction ends. What still waits then was undone, and the next may be somebody else's, in the
// same place.
func walLock(tls *libc.TLS, db uintptr, first, n, flags int32) int32 {
	f := walOf(db)
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 && flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0 && first == walWriteLock {
		f.len, f.end, f.failed = 0, f.end-f.len, 0
	}
	return f.lock(tls, db, first, n, flags)
}

func walClose(tls *libc.TLS, file uintptr) int32 {
	f := walOf(file)
	inC[sqlite3.Tsqlite3_file](f.db).FpMethods = f.above
	walFiles.Delete(file)
	walFiles.Delete(f.db)
	libc.Xfree(tls, f.buf)
	return funcAt[func(*libc.TLS, uintptr) int32](f.under.FxClose)(tls, file)
}

// SQLite is C that was translated to Go: its structures lie at addresses, and a function is a Go function whose
// value is held as a number.

func inC[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// toC puts v where SQLite keeps what it has, for good.
func toC[T any](tls *libc.TLS, v T) uintptr {
	p := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(v)))
	if p == 0 {
		panic("no memory left")
	}
	*inC[T](p) = v
	return p
}

// openFile opens a file of which SQLite knows the path, or none, and says with which flags it did.
type openFile func(tls *libc.TLS, path, file uintptr, flags int32, out uintptr) int32

// fileSystem registers one that is SQLite's own but for how files are opened, and gives its name. To be called once for each.
func fileSystem(name string, opens func(own openFile, tls *libc.TLS, path, file uintptr, flags int32, out uintptr) int32) (string, error) {
	tls := libc.NewTLS()
	defer tls.Close()
	base := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if base == 0 {
		return "", fmt.Errorf("SQLite has no file system here")
	}
	cname, err := libc.CString(name)
	if err != nil {
		return "", err
	}
	ours := *inC[sqlite3.Tsqlite3_vfs](base)
	ours.FpNext, ours.FzName = 0, cname
	open := funcAt[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](ours.FxOpen)
	own := func(tls *libc.TLS, path, file uintptr, flags int32, out uintptr) int32 {
		return open(tls, base, path, file, flags, out)
	}
	setFunc(&ours.FxOpen, func(tls *libc.TLS, _, path, file uintptr, flags int32, out uintptr) int32 {
		return opens(own, tls, path, file, flags, out)
	})
	if rc := sqlite3.Xsqlite3_vfs_register(tls, toC(tls, ours), 0); rc != sqlite3.SQLITE_OK {
		return "", fmt.Errorf("SQLite refuses a file system (%d)", rc)
	}
	return name, nil
}

func funcAt[F any](f uintptr) F { return *(*F)(unsafe.Pointer(&struct{ uintptr }{f})) }

// keptFuncs holds on to the functions of which SQLite has only the number.
var (
	keptMu    sync.Mutex
	keptFuncs []any
)

func setFunc[F any](field *uintptr, fn F) {
	p := &fn
	keptMu.Lock()
	defer keptMu.Unlock()
	keptFuncs = append(keptFuncs, p)
	*field = *(*uintptr)(unsafe.Pointer(p))
}

package store

import (
	"fmt"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// conn is a connection to SQLite as its C interface has it, https://www.sqlite.org/cintro.html. One goroutine at a time uses it and
// its statements.
type conn struct {
	tls *libc.TLS
	db  uintptr
}

// liteError is what SQLite says of a failure, by its extended code.
type liteError struct {
	code int32
	says string
}

func (e *liteError) Error() string { return fmt.Sprintf("sqlite: %s (%d)", e.says, e.code) }

// openConn opens a file that is there, through a file system by its name. What is in double quotes is a name and never a text.
func openConn(path, system string) (*conn, error) {
	c := &conn{tls: libc.NewTLS()}
	err := c.withC(path, func(path uintptr) error {
		return c.withC(system, func(system uintptr) error {
			at := libc.Xmalloc(c.tls, libc.Tsize_t(unsafe.Sizeof(c.db)))
			if at == 0 {
				return c.fault(sqlite3.SQLITE_NOMEM)
			}
			defer libc.Xfree(c.tls, at)
			rc := sqlite3.Xsqlite3_open_v2(c.tls, path, at, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_NOMUTEX|sqlite3.SQLITE_OPEN_EXRESCODE, system)
			c.db = *inC[uintptr](at)
			return c.fault(rc)
		})
	})
	for _, option := range []int32{sqlite3.SQLITE_DBCONFIG_DQS_DDL, sqlite3.SQLITE_DBCONFIG_DQS_DML} {
		if err == nil {
			list := libc.NewVaList(int32(0), uintptr(0))
			err = c.fault(sqlite3.Xsqlite3_db_config(c.tls, c.db, option, list))
			libc.Xfree(c.tls, list)
		}
	}
	if err != nil {
		_ = c.close() // the first error says more
		return nil, err
	}
	return c, nil
}

// withC lends a text to C.
func (c *conn) withC(text string, use func(at uintptr) error) error {
	at, err := libc.CString(text)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, at)
	return use(at)
}

// fault is nil where SQLite says that all is well.
func (c *conn) fault(rc int32) error {
	if rc == sqlite3.SQLITE_OK {
		return nil
	}
	says := sqlite3.Xsqlite3_errstr(c.tls, rc)
	if c.db != 0 && sqlite3.Xsqlite3_extended_errcode(c.tls, c.db) == rc {
		says = sqlite3.Xsqlite3_errmsg(c.tls, c.db)
	}
	return &liteError{rc, libc.GoString(says)}
}

// prepare makes a statement of a text that holds one, and no more.
func (c *conn) prepare(text string) (statement uintptr, err error) {
	err = c.withC(text, func(from uintptr) error {
		const word = unsafe.Sizeof(statement)
		at := libc.Xmalloc(c.tls, libc.Tsize_t(2*word))
		if at == 0 {
			return c.fault(sqlite3.SQLITE_NOMEM)
		}
		defer libc.Xfree(c.tls, at)
		if err := c.fault(sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, from, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, at, at+word)); err != nil {
			return err
		}
		statement = *inC[uintptr](at)
		if rest := libc.GoString(*inC[uintptr](at + word)); statement == 0 || strings.TrimSpace(rest) != "" {
			_ = sqlite3.Xsqlite3_finalize(c.tls, statement) // it never ran
			return fmt.Errorf("sqlite: not one statement: %q", text)
		}
		return nil
	})
	return statement, err
}

func (c *conn) close() error {
	err := c.fault(sqlite3.Xsqlite3_close(c.tls, c.db))
	c.tls.Close()
	return err
}

// cell is a value of the row that a statement gives, as SQLite has it. Those of a row lie one after the other.
type cell sqlite3.Tsqlite3_value

const (
	cellKinds  = sqlite3.MEM_Null | sqlite3.MEM_Str | sqlite3.MEM_Int | sqlite3.MEM_Real | sqlite3.MEM_Blob | sqlite3.MEM_IntReal
	cellStride = unsafe.Sizeof(cell{})
)

// isWhole says that it is an integer and nothing else; of other cells SQLite has to be asked.
func (c *cell) isWhole() bool { return c.Fflags&cellKinds == sqlite3.MEM_Int }

// isText says that it is a text in UTF-8 and nothing else.
func (c *cell) isText() bool {
	return c.Fflags&cellKinds == sqlite3.MEM_Str && c.Fenc == sqlite3.SQLITE_UTF8
}

func (c *cell) whole() int64 { return *(*int64)(unsafe.Pointer(&c.Fu)) }

// letters are those of a text, until the statement goes on.
func (c *cell) letters() []byte { return bytesAt(c.Fz, int(c.Fn)) }

func bytesAt(address uintptr, n int) []byte { return unsafe.Slice(inC[byte](address), n) }

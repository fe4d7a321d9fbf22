package store

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// What SQLite has read of a file it keeps in memory, page by page. As our SQLite is built, it does so behind one lock for all
// connections of a process: whoever reads a page waits for all who read others. Here every database of a connection has pages of its
// own, without a lock: one goroutine at a time uses a connection. What is kept, for how long and how much of it, is up to
// SQLite as before. https://www.sqlite.org/c3ref/pcache_methods2.html is the contract.

// page is a place for one, in C memory. SQLite is given its address.
type page struct {
	sqlite3.Tsqlite3_pcache_page
	next uintptr // of its chain, or of those that are free
	key  uint32
	kept bool // it is in a chain
	held bool // SQLite may change it
	used bool // it was, since somebody looked for one that can go
}

// pages are those of one database of one connection, by the number that each has in the file.
type pages struct {
	size, stride uintptr // bytes of a page, and of all that stands beside it
	purgeable    bool    // what nobody holds may go: it can be read again
	most         int     // pages that are kept, unless more are held

	chains  []uintptr // first pages, by the last bits of the key
	n, held int       // pages that are kept
	last    uint32    // no key is greater
	free    uintptr
	blocks  []pageBlock
	places  int // of all blocks
	hand    struct{ block, place int }
}

// pageBlock is C memory for some pages: first what stands beside each, so that a search stays in little memory, then the pages.
type pageBlock struct {
	memory, first uintptr
	places        int
}

const (
	fewPages  = 4                                // of the first block: what SQLite sorts in memory needs few
	manyPages = 480                              // of one block at most: with what stands beside them they have two megabytes
	pageExtra = (unsafe.Sizeof(page{}) + 7) &^ 7 // bytes before what SQLite keeps beside a page
	pageLine  = 64                               // that a processor reads together
	pageAlign = 4096
)

// pagesOpen are those that SQLite has the address of, and nobody else.
var (
	pagesMu   sync.Mutex
	pagesOpen = map[*pages]struct{}{}
)

func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	at := toC(tls, sqlite3.Tsqlite3_pcache_methods2{})
	configure(sqlite3.SQLITE_CONFIG_GETPCACHE2, at)
	m := inC[sqlite3.Tsqlite3_pcache_methods2](at)
	setPageMethods(m) // what it does at its start and at its end stays SQLite's: it counts there what it has in memory
	configure(sqlite3.SQLITE_CONFIG_PCACHE2, at)
}

// configure sets what SQLite can be told only before it is used.
func configure(option int32, value any) {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := sqlite3.Xsqlite3_config(tls, option, libc.VaList(toC(tls, uintptr(0)), value)); rc != sqlite3.SQLITE_OK {
		panic(fmt.Sprintf("SQLite does not take setting %d (%d): it was used before this package was ready", option, rc))
	}
}

func setPageMethods(m *sqlite3.Tsqlite3_pcache_methods2) {
	setFunc(&m.FxCreate, func(_ *libc.TLS, size, extra, purgeable int32) uintptr {
		c := newPages(int(size), int(extra), purgeable != 0)
		pagesMu.Lock()
		defer pagesMu.Unlock()
		pagesOpen[c] = struct{}{}
		return uintptr(unsafe.Pointer(c))
	})
	setFunc(&m.FxCachesize, func(tls *libc.TLS, c uintptr, n int32) { inC[pages](c).keep(tls, int(n)) })
	setFunc(&m.FxPagecount, func(_ *libc.TLS, c uintptr) int32 { return int32(inC[pages](c).n) })
	setFunc(&m.FxFetch, func(tls *libc.TLS, c uintptr, key uint32, create int32) uintptr {
		return address(inC[pages](c).fetch(tls, key, create))
	})
	setFunc(&m.FxUnpin, func(tls *libc.TLS, c, p uintptr, discard int32) {
		inC[pages](c).release(tls, inC[page](p), discard != 0)
	})
	setFunc(&m.FxRekey, func(_ *libc.TLS, c, p uintptr, _, key uint32) { inC[pages](c).rekey(inC[page](p), key) })
	setFunc(&m.FxTruncate, func(_ *libc.TLS, c uintptr, first uint32) { inC[pages](c).truncate(first) })
	setFunc(&m.FxShrink, func(tls *libc.TLS, c uintptr) { inC[pages](c).shrink(tls) })
	setFunc(&m.FxDestroy, func(tls *libc.TLS, address uintptr) {
		c := inC[pages](address)
		c.give(tls)
		pagesMu.Lock()
		defer pagesMu.Unlock()
		delete(pagesOpen, c)
	})
}

func address(p *page) uintptr { return uintptr(unsafe.Pointer(p)) }

func newPages(size, extra int, purgeable bool) *pages {
	c := &pages{size: uintptr(size), purgeable: purgeable, chains: make([]uintptr, 2*fewPages)}
	c.stride = up(pageExtra+uintptr(extra), pageLine)
	return c
}

// up is n or the next multiple of a power of two.
func up(n, to uintptr) uintptr { return (n + to - 1) &^ (to - 1) }

func (c *pages) chain(key uint32) *uintptr { return &c.chains[key&uint32(len(c.chains)-1)] }

func (c *pages) find(key uint32) *page {
	for at := *c.chain(key); at != 0; {
		p := inC[page](at)
		if p.key == key {
			return p
		}
		at = p.next
	}
	return nil
}

// fetch gives the page with a key, and holds it. Where there is none, create says whether to give a place: 0 none,
// 1 unless nearly all are held (SQLite then writes some and asks again), 2 as long as there is memory.
func (c *pages) fetch(tls *libc.TLS, key uint32, create int32) *page {
	if p := c.find(key); p != nil {
		if !p.held {
			p.held = true
			c.held++
		}
		return p
	}
	if create == 0 || create == 1 && c.purgeable && c.held >= c.most-c.most/10 {
		return nil
	}
	p := c.place(tls)
	if p == nil {
		return nil
	}
	p.kept, p.held = true, true
	c.n++
	c.held++
	*inC[uintptr](p.FpExtra) = 0 // tells SQLite that it has nothing there yet
	c.add(p, key)
	return p
}

// place gives one that is free, or of a page that was not used lately, or of new memory.
func (c *pages) place(tls *libc.TLS) *page {
	if c.purgeable && c.n >= c.most {
		c.forget()
	}
	if c.free == 0 {
		c.grow(tls)
	}
	if c.free == 0 {
		return nil
	}
	p := inC[page](c.free)
	c.free = p.next
	return p
}

// forget lets one page go that nobody holds, if there is one. The hand goes around all places: who was used since it
// came by stays for one more round.
func (c *pages) forget() {
	if c.n == c.held {
		return
	}
	for {
		if c.hand.place == c.blocks[c.hand.block].places {
			c.hand.place, c.hand.block = 0, (c.hand.block+1)%len(c.blocks)
		}
		p := c.at(c.blocks[c.hand.block], c.hand.place)
		c.hand.place++
		if p.kept && !p.held && !p.used {
			c.drop(p)
			return
		}
		p.used = false
	}
}

func (c *pages) add(p *page, key uint32) {
	if c.n > len(c.chains) {
		old := c.chains
		c.chains = make([]uintptr, 2*len(old))
		for _, at := range old {
			for at != 0 {
				p := inC[page](at)
				to := c.chain(p.key)
				at, p.next, *to = p.next, *to, at
			}
		}
	}
	to := c.chain(key)
	p.key, p.next, *to = key, *to, address(p)
	c.last = max(c.last, key)
}

// remove takes a page out of its chain.
func (c *pages) remove(p *page) {
	at := c.chain(p.key)
	for *at != address(p) {
		at = &inC[page](*at).next
	}
	*at = p.next
}

// drop makes the place of a page free.
func (c *pages) drop(p *page) {
	c.remove(p)
	c.n--
	if p.held {
		c.held--
	}
	p.kept, p.held, p.used = false, false, false
	p.next, c.free = c.free, address(p)
}

// release takes note that SQLite holds a page no longer.
func (c *pages) release(tls *libc.TLS, p *page, discard bool) {
	if discard || c.purgeable && c.n > c.most {
		c.drop(p)
	} else {
		p.held, p.used = false, true
		c.held--
	}
	if c.held == 0 && c.tooMany() {
		c.shrink(tls)
	}
}

// tooMany says that there is memory for many more pages than are to be kept.
func (c *pages) tooMany() bool { return c.purgeable && c.places > 2*c.most+fewPages }

// rekey gives a page another key. One that had it goes; nobody holds that.
func (c *pages) rekey(p *page, key uint32) {
	c.remove(p)
	if other := c.find(key); other != nil {
		c.drop(other)
	}
	c.add(p, key)
}

// truncate lets all pages from a key on go, those that are held too.
func (c *pages) truncate(first uint32) {
	if first > c.last {
		return
	}
	if int(c.last-first) < len(c.chains) {
		for key := first; ; key++ {
			if p := c.find(key); p != nil {
				c.drop(p)
			}
			if key == c.last {
				break
			}
		}
	} else {
		c.each(func(p *page) {
			if p.key >= first {
				c.drop(p)
			}
		})
	}
	c.last = max(first, 1) - 1
}

// keep says how many pages to keep.
func (c *pages) keep(tls *libc.TLS, most int) {
	if c.most = most; c.tooMany() {
		c.shrink(tls)
	}
	for c.purgeable && c.n > c.most && c.n > c.held {
		c.forget()
	}
}

// shrink lets go what nobody holds, and its memory where nothing is left.
func (c *pages) shrink(tls *libc.TLS) {
	if !c.purgeable {
		return
	}
	c.each(func(p *page) {
		if !p.held {
			c.drop(p)
		}
	})
	if c.n == 0 {
		c.give(tls)
	}
}

// each calls do for every page that is kept.
func (c *pages) each(do func(*page)) {
	for _, b := range c.blocks {
		for i := range b.places {
			if p := c.at(b, i); p.kept {
				do(p)
			}
		}
	}
}

func (c *pages) at(b pageBlock, i int) *page { return inC[page](b.first + uintptr(i)*c.stride) }

// grow makes places free: as many as there are, but no more than are kept. Without memory it makes none.
func (c *pages) grow(tls *libc.TLS) {
	n := min(max(c.places, fewPages), manyPages)
	if c.purgeable {
		n = min(n, max(c.most-c.places, fewPages))
	}
	beside := uintptr(n) * c.stride
	memory := libc.Xmalloc(tls, libc.Tsize_t(pageLine+beside+pageAlign+uintptr(n)*c.size))
	if memory == 0 {
		return
	}
	b := pageBlock{memory, up(memory, pageLine), n}
	buf := up(b.first+beside, min(pageAlign, c.size))
	c.blocks = append(c.blocks, b)
	c.places += n
	for i := range n {
		p := c.at(b, n-1-i)
		*p = page{next: c.free}
		p.FpBuf = buf + uintptr(n-1-i)*c.size
		p.FpExtra = address(p) + pageExtra
		c.free = address(p)
	}
}

// give gives all memory back.
func (c *pages) give(tls *libc.TLS) {
	for _, b := range c.blocks {
		libc.Xfree(tls, b.memory)
	}
	*c = pages{size: c.size, stride: c.stride, purgeable: c.purgeable, most: c.most, chains: make([]uintptr, 2*fewPages)}
}

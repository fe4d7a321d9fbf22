// Package static holds the style sheets, scripts, icons and fonts of the
// pages, inside the binary. Each file is served under a name that contains a
// hash of its content, so browsers may keep it for ever and a new release is
// seen at once.
//
// It never reads the disk and never serves a file that is not embedded.
// Start reading at [URL] and [Handler].
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed *.css *.js *.svg LICENSES fonts/*.woff2
var files embed.FS

// Prefix is the path under which [Handler] expects to be mounted.
const Prefix = "/static/"

type asset struct {
	url    string
	kind   string
	body   []byte
	packed []byte // gzip, nil where it does not help
}

var (
	byName = map[string]*asset{}
	byPath = map[string]*asset{}
)

func init() {
	// The style sheets name fonts, so fonts get their names first.
	load(".woff2", ".js", ".svg", "LICENSES")
	load(".css")
}

func load(endings ...string) {
	packer, _ := gzip.NewWriterLevel(nil, gzip.BestCompression) // one for all: it takes more room than they do
	// Walking an embedded file system cannot fail.
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !hasEnding(name, endings) {
			return err
		}
		body, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".css") {
			body = hashFonts(body)
		}
		a := &asset{url: Prefix + hashed(name, body), kind: kind(name), body: body}
		if !strings.HasSuffix(name, ".woff2") {
			a.packed = pack(packer, body)
		}
		byName[name] = a
		byPath[a.url] = a
		return nil
	})
}

func hasEnding(name string, endings []string) bool {
	for _, e := range endings {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}

func hashFonts(css []byte) []byte {
	for name, a := range byName {
		if strings.HasSuffix(name, ".woff2") {
			css = bytes.ReplaceAll(css, []byte(`url("`+name+`")`), []byte(`url("`+a.url+`")`))
		}
	}
	return css
}

func hashed(name string, body []byte) string {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

func kind(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".css":
		return "text/css; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "text/plain; charset=utf-8"
}

func pack(w *gzip.Writer, body []byte) []byte {
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(body); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || b.Len() >= len(body) {
		return nil
	}
	return b.Bytes()
}

// URL returns the path of a file by its plain name: URL("desk.css") is
// something like "/static/desk.ab12cd34ef.css". For a name that does not
// exist it returns a path that answers 404, which the tests of the pages see.
func URL(name string) string {
	if a := byName[name]; a != nil {
		return a.url
	}
	return Prefix + "missing/" + name
}

// Handler serves the files under [Prefix]. Answers may be kept for a year
// because a changed file has another name.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a := byPath[r.URL.Path]
		if a == nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("ETag", `"`+path.Base(a.url)+`"`)
		body := a.body
		if a.packed != nil {
			h.Add("Vary", "Accept-Encoding")
			if acceptsGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				body = a.packed
			}
		}
		if r.Header.Get("If-None-Match") == h.Get("ETag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodHead {
			return
		}
		// A reader who went away is no error of ours.
		_, _ = w.Write(body)
	})
}

func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(coding, "gzip") && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

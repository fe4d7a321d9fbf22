package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := start(t, nil, on(folder, "demo", "--tickets", "60")...)
	d.hears("Stop with Ctrl-C")
	var f struct {
		Addresses map[string]string
		SignIns   []struct{ Login, Password string } `json:"sign_ins"`
		Tokens    []struct{ Token string }
		Clients   []struct{ Slug string }
	}
	read := func() {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(folder, demoFile))
		if err == nil {
			err = json.Unmarshal(text, &f)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read()
	printed := strings.Join(d.seen, "\n")
	for _, name := range []string{"home", "sign_in", "phones"} {
		address, ok := strings.CutPrefix(f.Addresses[name], "http://"+d.addr)
		if !ok || name != "home" && !strings.Contains(printed, f.Addresses[name]) {
			t.Errorf("the address of %s is %q, or not printed:\n%s", name, f.Addresses[name], printed)
		}
		if status, _ := d.get(address); status != 200 {
			t.Errorf("%s gives %d", address, status)
		}
	}
	if len(f.Clients) == 0 || len(f.SignIns) == 0 || len(f.Tokens) == 0 || !strings.Contains(printed, f.SignIns[0].Login) {
		t.Fatalf("the demo lacks something: %+v\n%s", f, printed)
	}
	for _, c := range f.Clients {
		if status, _ := d.get("/" + c.Slug); status != 200 {
			t.Errorf("/%s gives %d", c.Slug, status)
		}
	}
	if status, _ := d.ask("GET", "/api/v1/clients", nil, map[string][]string{"Authorization": {"Bearer " + f.Tokens[0].Token}}); status != 200 {
		t.Errorf("the first token gives %d", status)
	}
	kept(t, on(folder, "--addr", "127.0.0.1:0", "demo", "--fresh")...).refuses(t, "A demo is open on the folder")
	if code := d.stops(syscall.SIGTERM); code != 0 {
		t.Errorf("ends with %d", code)
	}

	token := f.Tokens[0].Token
	d = start(t, nil, on(folder, "demo")...)
	d.hears("Stop with Ctrl-C")
	if read(); f.Tokens[0].Token != token || !strings.HasSuffix(f.Addresses["home"], d.addr+"/") {
		t.Errorf("the second start does not take up the first: %+v", f)
	}
	d.stops(syscall.SIGTERM)
	kept(t, on(folder, "demo", "--fresh", "--tickets", "10", "--seed", "2", "--no-serve")...).works(t, "Ready after")
	if read(); f.Tokens[0].Token == token {
		t.Error("--fresh keeps the old data")
	}
}

func TestDemoThatWasCutOffStartsOver(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept(t, on(folder, "demo", "--tickets", "10", "--no-serve")...).works(t)
	if err := os.Rename(filepath.Join(folder, demoFile), filepath.Join(folder, demoBegun)); err != nil {
		t.Fatal(err)
	}
	kept(t, on(folder, "demo", "--tickets", "10", "--no-serve")...).works(t, "Ready after")
	if there(folder, demoBegun) || !there(folder, demoFile) {
		t.Error("the demo is not whole")
	}
}

func TestDemoSparesADeskInEarnest(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept(t, on(folder, mercy...)...).works(t)
	for _, args := range [][]string{{"demo"}, {"demo", "--fresh"}, {"demo", "--fresh", "--no-serve"}} {
		kept(t, on(folder, append([]string{"--addr", "127.0.0.1:0"}, args...)...)...).refuses(t, "that is no demo")
	}
	kept(t, on(folder, mercy...)...).refuses(t, "Another client has this short name")
}

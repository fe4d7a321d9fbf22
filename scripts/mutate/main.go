// Mutate breaks the lines of mutations.txt one at a time and says which of them no test notices:
//
//	go run ./scripts/mutate            all of them
//	go run ./scripts/mutate coverage   those of one package
//
// Nothing in the tree is changed: each broken file is laid over the real one for its own test run. It fails
// when a mutation survives, or when its line is not there any more.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed mutations.txt
var list string

// mutation is a text in a file, found there once, and what takes its place.
type mutation struct{ file, from, to string }

func main() {
	all, err := parse(list)
	if err == nil {
		err = run(all, strings.Join(os.Args[1:], " "))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// parse reads blocks: a file, lines that begin with "-", lines that begin with "+", an empty line.
func parse(list string) (all []mutation, err error) {
	for block := range strings.SplitSeq(strings.TrimSpace(list), "\n\n") {
		var m mutation
		for line := range strings.SplitSeq(block, "\n") {
			switch {
			case strings.HasPrefix(line, "#"):
			case strings.HasPrefix(line, "-"):
				m.from += line[1:] + "\n"
			case strings.HasPrefix(line, "+"):
				m.to += line[1:] + "\n"
			default:
				m.file = line
			}
		}
		if m.file == "" || m.from == "" || m.from == m.to {
			return nil, fmt.Errorf("this block is not a file with old and new lines:\n%s", block)
		}
		all = append(all, m)
	}
	return all, nil
}

func run(all []mutation, only string) error {
	dir, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tried, survived := 0, 0
	sound := map[string]bool{}
	for _, m := range all {
		if !strings.Contains(m.file, only) {
			continue
		}
		tried++
		if folder := m.folder(); !sound[folder] {
			if out, err := test(folder).CombinedOutput(); err != nil {
				return fmt.Errorf("the tests of %s fail as it is:\n%s", folder, out)
			}
			sound[folder] = true
		}
		noticed, err := m.noticed(dir)
		if err != nil {
			return err
		}
		verdict := "noticed "
		if !noticed {
			verdict = "SURVIVED"
			survived++
		}
		fmt.Printf("%s  %s: %s\n", verdict, m.file, strings.TrimSpace(m.to))
	}
	fmt.Printf("%d of %d mutations were noticed.\n", tried-survived, tried)
	if tried == 0 || survived > 0 {
		return fmt.Errorf("%d mutations tried, %d survived", tried, survived)
	}
	return nil
}

func (m mutation) folder() string { return "./" + filepath.Dir(m.file) }

// text gives the file with m in it.
func (m mutation) text() (string, error) {
	sound, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(sound), m.from); n != 1 {
		return "", fmt.Errorf("%s has these lines %d times, not once:\n%s", m.file, n, m.from)
	}
	return strings.Replace(string(sound), m.from, m.to, 1), nil
}

// test runs the tests of a package whose properties are checked by rapid, without keeping what it finds.
func test(folder string, with ...string) *exec.Cmd {
	args := append([]string{"test", "-count", "1", "-failfast", "-timeout", "2m"}, with...)
	return exec.Command("go", append(args, folder, "-rapid.nofailfile")...)
}

// noticed tells whether a test of the package fails with m.
func (m mutation) noticed(dir string) (bool, error) {
	text, err := m.text()
	if err != nil {
		return false, err
	}
	broken := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(broken, []byte(text), 0o600); err != nil {
		return false, err
	}
	real, err := filepath.Abs(m.file)
	if err != nil {
		return false, err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {real: broken}})
	if err != nil {
		return false, err
	}
	over := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(over, overlay, 0o600); err != nil {
		return false, err
	}
	// One that does not compile proves nothing.
	if out, err := exec.Command("go", "vet", "-overlay", over, m.folder()).CombinedOutput(); err != nil {
		return false, fmt.Errorf("%s does not compile with:\n%s%s", m.file, m.to, out)
	}
	return test(m.folder(), "-overlay", over).Run() != nil, nil
}

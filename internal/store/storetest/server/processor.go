package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// folder is that of the server that was started last.
var folder atomic.Value

// Processor is the processor time that the server which this process started has used so far, those of its
// processes that have ended included; 0 where the system does not tell, and for a server that ran already.
func Processor() time.Duration {
	dir, _ := folder.Load().(string)
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if dir == "" || err != nil {
		return 0
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	used := ticks(pid, 4) // itself, and those that have ended
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", pid, pid))
	for _, child := range strings.Fields(string(children)) {
		used += ticks(child, 2)
	}
	return used
}

// ticks adds the first n times of a process: user, system, and the same of its children that have ended.
func ticks(pid string, n int) (all time.Duration) {
	text, _ := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 11+n {
		return 0
	}
	for _, f := range fields[11 : 11+n] {
		t, _ := strconv.ParseInt(f, 10, 64)
		all += time.Duration(t) * 10 * time.Millisecond // Linux counts hundredths of a second
	}
	return all
}

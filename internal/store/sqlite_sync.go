//go:build !linux

package store

import "syscall"

// syncData waits until what was written to a file is on disk.
func syncData(fd int) error { return syscall.Fsync(fd) }

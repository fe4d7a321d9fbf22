package store

import "syscall"

// syncData waits until what was written to a file is on disk, and as much about the file as it takes to read it.
func syncData(fd int) error {
	for {
		if err := syscall.Fdatasync(fd); err != syscall.EINTR {
			return err
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"kept/internal/desk"
)

const socketName = "kept.sock"

// maxSocketPath is the longest path of a socket that every system takes.
const maxSocketPath = 100

// socketPath gives a path under which the socket of a folder can be reached; free ends its use. A
// folder with a long path is reached through a handle of it.
func socketPath(folder string) (path string, free func(), err error) {
	path = filepath.Join(folder, socketName)
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	dir, err := os.Open(folder)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), socketName), func() { dir.Close() }, nil
}

// listenSocket opens the socket of a folder for its owner alone. One that a dead process left behind
// is replaced; one that answers belongs to another desk.
func listenSocket(ctx context.Context, folder string) (net.Listener, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, desk.Wrap(desk.Unavailable, "folder", err, "The data folder cannot be made.")
	}
	if conn, err := dialSocket(ctx, folder); err == nil {
		conn.Close()
		return nil, desk.Errorf(desk.Unavailable, "already_running", "Another Kept is already running on this folder. Stop it first, or give this one another folder.")
	}
	path, free, err := socketPath(folder)
	if err != nil {
		return nil, desk.Wrap(desk.Unavailable, "socket", err, "The data folder cannot be opened.")
	}
	defer free()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, desk.Wrap(desk.Unavailable, "socket", err, "The old socket in the data folder cannot be removed.")
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, desk.Wrap(desk.Unavailable, "socket", err, "The socket for commands cannot be made in the data folder.")
	}
	// The path may be one of this moment; the node removes the file by its own name.
	ln.SetUnlinkOnClose(false)
	if err := os.Chmod(path, 0o600); err != nil {
		ln.Close()
		return nil, desk.Wrap(desk.Unavailable, "socket", err, "The socket for commands cannot be kept from others.")
	}
	return ln, nil
}

func dialSocket(ctx context.Context, folder string) (net.Conn, error) {
	path, free, err := socketPath(folder)
	if err != nil {
		return nil, err
	}
	defer free()
	d := net.Dialer{Timeout: 5 * time.Second}
	return d.DialContext(ctx, "unix", path)
}

// overSocket gives an order to the open desk of a folder. there is false when none is open.
func overSocket(ctx context.Context, folder, name string, o order) (lines []string, there bool, err error) {
	if folder == "" {
		return nil, false, nil
	}
	conn, err := dialSocket(ctx, folder)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, desk.Wrap(desk.Unavailable, "socket", err, "The open desk cannot be reached. Give the command as the user who runs it.")
	}
	body, err := json.Marshal(o)
	if err != nil {
		conn.Close()
		return nil, true, err
	}
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://kept/"+name, bytes.NewReader(body))
	if err != nil {
		conn.Close()
		return nil, true, err
	}
	var r receipt
	res, err := client.Do(req)
	if err == nil {
		defer res.Body.Close()
		err = json.NewDecoder(res.Body).Decode(&r)
	}
	if err != nil {
		return nil, true, desk.Wrap(desk.Unavailable, "socket", err, "The open desk did not answer. Whether it did this is not known; look before you try again.")
	}
	return r.Lines, true, r.err()
}

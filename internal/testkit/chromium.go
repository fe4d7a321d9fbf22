package testkit

import "os/exec"

// Chromium is where the browser of this machine is; empty: it has none. The first that is looked for draws and runs
// pages as the others do, and needs 0.6 times the processor: it has no window to pretend.
func Chromium() string {
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

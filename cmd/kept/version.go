package main

import "runtime/debug"

// release is set when a release is built: -ldflags "-X main.release=1.2.3".
var release = "development"

type version struct{}

func (version) Run(t terminal) error {
	v, built := versionOf()
	t.say("kept %s (%s)", v, built)
	return nil
}

// versionOf gives the version, with the commit if the build knows it, and the Go that built it.
func versionOf() (v, built string) {
	v, built = release, "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v, built
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			v += " " + s.Value[:min(12, len(s.Value))]
		}
	}
	return v, info.GoVersion
}

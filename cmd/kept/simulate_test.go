package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a simulation cannot take is said before it runs; every file that can be written is.
func TestASimulationSaysFirstWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for _, share := range []string{"--forget=1.5", "--forget=-0.1", "--absent=2", "--absent=NaN"} {
		kept(t, "simulate", "--days", "1", share).refuses(t, "from 0 to 1")
	}
	dir := t.TempDir()
	nowhere, report := filepath.Join(dir, "no", "figures.json"), filepath.Join(dir, "report.html")
	said := kept(t, "simulate", "--days", "365", "--figures", nowhere, "--report", report, "--calibration", filepath.Join(dir, "none"))
	said.refuses(t, nowhere+" cannot be written.", "calibration.md cannot be written.")
	if strings.Contains(said.out+said.err, "Simulated in") {
		t.Error("it ran first")
	}
	figures := filepath.Join(dir, "figures.json")
	if err := os.WriteFile(figures, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	kept(t, "simulate", "--from", figures, "--report", report).works(t)
	if text, err := os.ReadFile(report); err != nil || len(text) == 0 {
		t.Errorf("the report has %d bytes: %v", len(text), err)
	}
}

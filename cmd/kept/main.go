// Command kept is the help desk in one file: the server, its demo, and the few acts of an operator.
// It wires the packages together, reads flags, environment and the machine's clock, and decides
// nothing about tickets or promises. Start reading at commands, then node.go, which is the life of a
// running desk; order.go is how a command reaches one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"kept/internal/desk"
)

const about = `Kept is a help desk that keeps its promises.

New here? "kept demo" starts a desk with invented people on this machine and prints where to look.
In earnest: "kept client add" and "kept user add" fill the desk, "kept serve" opens it. Commands may be
given while the desk is open.`

// commands is everything that kept can be told, by flags or by the environment.
type commands struct {
	settings

	Serve   serve   `cmd:"" help:"Open the desk: web pages, API, promises and messages."`
	Demo    demoRun `cmd:"" help:"Open a desk with invented people on this machine, to look around."`
	Migrate migrate `cmd:"" help:"Bring the database up to date with this version, and stop."`
	User    struct {
		Add userAdd `cmd:"" help:"Add somebody who works the desk."`
		End userEnd `cmd:"" help:"Sign somebody out for good, or let them serve a hospital no longer."`
	} `cmd:"" help:"People who work the desk."`
	Client struct {
		Add clientAdd `cmd:"" help:"Add a hospital."`
	} `cmd:"" help:"Hospitals that the desk serves."`
	Token struct {
		Add tokenAdd `cmd:"" help:"Make a token for programs that use the API."`
		End tokenEnd `cmd:"" help:"End a token."`
	} `cmd:"" help:"Keys for programs."`
	Rota struct {
		Import rotaImport `cmd:"" help:"Take rotas from a file: people in turns, in layers."`
	} `cmd:"" help:"Rotas make shifts by a rule."`
	Shift struct {
		Add shiftAdd `cmd:"" help:"Put somebody on the roster. Without shifts no call can be promised."`
	} `cmd:"" help:"Who works when."`
	Agreement struct {
		Import agreementImport `cmd:"" help:"Write a draft of a hospital's next terms from a file."`
		Export agreementExport `cmd:"" help:"Print the terms of a hospital."`
	} `cmd:"" help:"What was agreed with a hospital."`
	Explain         explain         `cmd:"" help:"Say how the clocks of one question came to stand as they do."`
	Backup          backup          `cmd:"" help:"Write a checked copy of everything to a new file, while the desk is open."`
	Restore         restore         `cmd:"" help:"Bring a backup into an empty folder or database. Messages then wait until you let them go."`
	ReleaseMessages releaseMessages `cmd:"" help:"After a restore: let the waiting messages go."`
	Verify          verify          `cmd:"" help:"Read every question and hold it against the laws: history, promises, seats, loops, clocks. Changes nothing."`
	Simulate        simulateRun     `cmd:"" help:"Let an invented desk live for days or a year in minutes, and say how it kept its promises."`
	Version         version         `cmd:"" help:"Say which version this is."`
}

// terminal is what a command prints to.
type terminal struct{ out, err io.Writer }

func (t terminal) say(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200) // what lives is small, and each request leaves much behind
	}
	os.Exit(run(os.Args[1:], terminal{os.Stdout, os.Stderr}))
}

func run(args []string, t terminal) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("kept"), kong.Description(about), kong.Writers(t.out, t.err), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}), kong.ShortUsageOnError())
	if err != nil {
		fmt.Fprintln(t.err, "kept:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	parser.FatalIfErrorf(err)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	parsed.Bind(&c.settings, t)
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(); err != nil {
		complain(t.err, err)
		return 1
	}
	return 0
}

// complain says in sentences what went wrong.
func complain(w io.Writer, err error) {
	var known *desk.Error
	if !errors.As(err, &known) {
		fmt.Fprintln(w, "kept:", err)
		return
	}
	fmt.Fprintln(w, "kept:", known.Message)
	for _, f := range known.Fields {
		fmt.Fprintf(w, "  %s: %s\n", f.Field, f.Message)
	}
	if cause := errors.Unwrap(known); cause != nil {
		fmt.Fprintln(w, "  why:", cause)
	}
}

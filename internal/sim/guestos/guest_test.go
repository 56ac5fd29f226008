// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// modes runs a test with namespaces, where there are such, and without.
func modes(t *testing.T, test func(*testing.T, *Guest)) {
	t.Helper()
	for _, rewrite := range []bool{false, true} {
		name := "namespace"
		if rewrite {
			name = "rewrite"
		}
		if !rewrite && !namespaces() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t, Options{Rewrite: rewrite}))
		})
	}
}

func fresh(t *testing.T, opts Options) *Guest {
	t.Helper()
	opts.Dir = filepath.Join(t.TempDir(), "guest")
	g, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// run runs a program to its end and returns what the agent says of it.
func run(t *testing.T, g *Guest, s Spec) Process {
	t.Helper()
	if s.User == "" {
		s.User = "root"
	}
	pid, err := g.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	return ended(t, g, pid)
}

func ended(t *testing.T, g *Guest, pid int64) Process {
	t.Helper()
	for range 3000 {
		found := g.Processes(pid)
		if len(found) == 1 && !found[0].Ended.IsZero() {
			return found[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("process %d has not ended", pid)
	return Process{}
}

func content(t *testing.T, g *Guest, name string) string {
	t.Helper()
	data, err := g.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestAProgramRunsOnTheGuestsDisk(t *testing.T) {
	modes(t, func(t *testing.T, g *Guest) {
		if err := g.WriteFile("/tmp/work/in.sh", []byte("#!/bin/sh\ncat /etc/hostname >/tmp/work/name\necho \"$1\" '$2'\nexit 7\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		p := run(t, g, Spec{Path: "/bin/sh", Arguments: `/tmp/work/in.sh "a  b" > /tmp/work/out 2>/tmp/work/err`})
		if p.ExitCode != 7 || p.Name != "sh" || p.Owner != "root" {
			t.Errorf("the process is %+v", p)
		}
		if got := content(t, g, "/tmp/work/name"); got != "guest\n" {
			t.Errorf("the script read %q", got)
		}
		if got := content(t, g, "/tmp/work/out"); got != "a  b $2\n" {
			t.Errorf("it printed %q", got)
		}
		if got := content(t, g, "/tmp/work/in.sh"); got[:9] != "#!/bin/sh" || len(got) != len("#!/bin/sh\ncat /etc/hostname >/tmp/work/name\necho \"$1\" '$2'\nexit 7\n") {
			t.Errorf("the script itself became %q", got)
		}
		if _, err := os.Stat("/tmp/work/out"); err == nil {
			t.Error("it wrote on this machine")
		}
	})
}

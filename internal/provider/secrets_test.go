// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// planted are the secrets of a run, by what they are. Cookies join as the host
// hands them out.
type planted struct {
	mu      sync.Mutex
	secrets map[string]string
	args    bytes.Buffer // the arguments of every process, as they were while the host was asked
}

// spellings are the ways in which a secret may be written.
func spellings(secret string) []string {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(secret))
	return []string{
		secret, escaped.String(), url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
		strings.Trim(strings.ReplaceAll(secret, `"`, `\"`), " "),
	}
}

// watch notes the cookies and the process arguments at every request.
func (p *planted) watch(a *vixtest.Acceptance) {
	a.Host.OnRequest(func(_ string, body []byte) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, found := range ticketSent.FindAllSubmatch(body, -1) {
			p.secrets["ticket of a guest "+string(found[1])] = string(found[1])
		}
		for _, key := range a.Host.SessionKeys() {
			p.secrets["session cookie "+key] = key
		}
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, file := range files {
			line, _ := os.ReadFile(file)
			p.args.Write(line)
		}
	})
}

// search fails for each secret that text holds, and gives how much it searched.
func (p *planted) search(t *testing.T, where string, text []byte) int {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for what, secret := range p.secrets {
		for _, spelling := range spellings(secret) {
			if i := bytes.Index(text, []byte(spelling)); i >= 0 {
				t.Errorf("the %s is in %s: …%s…", what, where, text[max(0, i-150):min(len(text), i+len(spelling)+20)])
				break
			}
		}
	}
	return len(text)
}

// TestSecretsAreNowhere runs what users run, with everything that can be traced
// traced, and searches all that comes of it for secrets.
func TestSecretsAreNowhere(t *testing.T) {
	const password, vmPassword = `pl4nted-h0st-p4ss<&>"'%`, "pl4nted-vm-p4ss"
	a := laidOut(t, sim.Options{Password: password})
	must(t, a.Host.WriteVM("DC0", webPath, sim.VMX{InstanceUUID: webUUID, Tools: true}))
	p := &planted{secrets: map[string]string{"password": password, "password of VMs": vmPassword, "wrong password": "pl4nted-wr0ng"}}
	p.watch(a)
	home, traces := t.TempDir(), t.TempDir()
	w := newWorkspace(t, a, registers+opens+`data "vix_host" "this" {}`)
	env := []string{
		"TF_LOG=TRACE", "TF_LOG_PROVIDER=TRACE", "TF_LOG_SDK=TRACE", "HOME=" + home, "VIX_VM_PASSWORD=" + vmPassword,
		// govmomi's own, and its command's.
		"GOVMOMI_DEBUG=true", "GOVC_DEBUG=true", "GOVC_DEBUG_PATH=" + traces, "GOVC_DEBUG_PATH_RUN=run", "GOVC_TRACE=true", "GOVC_VERBOSE=true",
	}
	searched, outputs := 0, 0
	try := func(more []string, args ...string) {
		cmd, out := w.command(append(env, more...), args...)
		err := cmd.Run()
		searched += p.search(t, "the output of terraform "+strings.Join(args, " "), out.Bytes())
		outputs++
		if len(more) == 0 && err != nil {
			t.Errorf("terraform %v: %v\n%s", args, err, out.Bytes()[max(0, out.Len()-2000):])
		}
	}
	try(nil, "plan", "-no-color", "-out=plan")
	try(nil, "show", "-json", "plan")
	try(nil, "apply", "-no-color", "plan")
	try(nil, "show", "-json")
	// What fails shows the most.
	try([]string{"VIX_PASSWORD=pl4nted-wr0ng"}, "plan", "-no-color")
	try([]string{"VIX_HOSTNAME=https://127.0.0.1:1/sdk"}, "plan", "-no-color")
	try([]string{"VIX_HOSTNAME=https://u:pl4nted-wr0ng@127.0.0.1/sdk"}, "plan", "-no-color")
	for _, f := range []sim.Fault{
		{Method: "Login", Cut: true}, {Method: "Login", Status: 503, Body: "<password>"}, {Method: "RetrievePropertiesEx", Skip: 1, Status: 200, Body: "no SOAP", Times: -1},
	} {
		a.Host.Fault(f)
		try([]string{"VIX_REQUEST_TIMEOUT=500ms"}, "plan", "-no-color")
		a.Host.ClearFaults()
	}
	// The login that is kept.
	for range 2 {
		try([]string{"VIX_SESSION_CACHE=true"}, "plan", "-no-color")
	}
	if olderThan(t, 11, "write-only arguments") == "" {
		searched += p.inGuests(t, a, w, try)
	}
	searched += crash(t, p, w, a, env)
	try(nil, "destroy", "-no-color", "-auto-approve")
	searched += p.search(t, "the arguments of a process", p.args.Bytes())
	searched += p.searchFiles(t, w.dir)
	checkCache(t, home)
	if left, _ := filepath.Glob(filepath.Join(traces, "*")); len(left) > 0 {
		t.Errorf("govmomi's tracing wrote %q", left)
	}
	if searched < 1<<20 || len(p.secrets) < 6 {
		t.Errorf("only %d bytes were searched for %d secrets", searched, len(p.secrets))
	}
	t.Logf("%d bytes searched for %d secrets in 6 spellings: the output of %d commands, state, plan, logs of a crash, process arguments",
		searched, len(p.secrets), outputs+1)
}

// crash makes the provider crash in the middle of a plan: Go writes every stack.
func crash(t *testing.T, p *planted, w *workspace, a *vixtest.Acceptance, env []string) int {
	t.Helper()
	cmd, out := w.command(env, "plan", "-no-color")
	var once sync.Once
	started := make(chan struct{})
	a.Host.OnRequest(func(method string, _ []byte) {
		if method == "RetrievePropertiesEx" {
			once.Do(func() {
				<-started
				if provider := childOf(cmd.Process.Pid); provider != 0 {
					_ = syscall.Kill(provider, syscall.SIGQUIT)
				}
			})
		}
	})
	must(t, cmd.Start())
	close(started)
	err := cmd.Wait()
	p.watch(a)
	if err == nil || !strings.Contains(out.String(), "goroutine ") {
		t.Errorf("the provider did not crash: %v", err)
	}
	return p.search(t, "the output of a crash", out.Bytes())
}

// searchFiles searches everything below a folder: state, backups, plan, journal.
func (p *planted) searchFiles(t *testing.T, dir string) int {
	t.Helper()
	searched := 0
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		searched += p.search(t, entry.Name(), text)
		return err
	}))
	return searched
}

// checkCache checks that only the user may read the login that is kept.
func checkCache(t *testing.T, home string) {
	t.Helper()
	found := 0
	must(t, filepath.WalkDir(filepath.Join(home, ".govmomi"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", name, info.Mode())
		}
		if !entry.IsDir() {
			found++
		}
		return err
	}))
	if found == 0 {
		t.Error("no login was kept, so that nothing is proved")
	}
}

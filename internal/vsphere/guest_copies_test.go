// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// copyJob is what a process of its own copies, as a provider's process would.
type copyJob struct {
	Options   vix.ConnectOptions
	Handle    vix.Handle
	Login     vix.GuestLogin
	Direction string

	Source, Destination string
	Verify              bool
}

const copyJobVariable = "COPY_JOB"

// TestCopyingProcess is no test: it is the process that TestCopies measures.
func TestCopyingProcess(t *testing.T) {
	file := os.Getenv(copyJobVariable)
	if file == "" {
		t.Skip("it is run by TestCopies")
	}
	data, err := os.ReadFile(file)
	must(t, err)
	var job copyJob
	must(t, json.Unmarshal(data, &job))
	h, err := Connect(t.Context(), job.Options)
	must(t, err)
	defer func() { _ = h.Disconnect(context.Background()) }()
	g, err := vix.Part[vix.Guest](h, vix.FeatureGuest)
	must(t, err)
	told := atomic.Int32{}
	what := vix.GuestCopy{
		Source: job.Source, Destination: job.Destination, Overwrite: true, Verify: job.Verify,
		Progress: func(_ *vix.VM, what string) {
			told.Add(1)
			t.Log(what)
		},
	}
	do := g.CopyToGuest
	if job.Direction == "from" {
		do = g.CopyFromGuest
	}
	begun := time.Now()
	done, err := do(t.Context(), job.Handle, job.Login, what)
	must(t, err)
	took := time.Since(begun)
	if int(told.Load()) < int(took/(10*time.Second)) {
		t.Errorf("in %s it told %d times how far it was", took, told.Load())
	}
	peak := ""
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, peak, _ = strings.Cut(string(status), "VmHWM:")
		peak, _, _ = strings.Cut(peak, "kB")
	}
	fmt.Fprintf(os.Stdout, "COPIED %d %d %d %s\n", done.Files, done.Bytes, took.Milliseconds(), strings.TrimSpace(peak))
}

// copied is what a process has copied.
type copied struct {
	files, bytes, ms, peakKiB int64
}

func (c copied) String() string {
	return fmt.Sprintf("%6d files, %6d MiB, %8.1f s, %7.1f MiB/s, peak RSS %3d MiB", c.files, c.bytes>>20, float64(c.ms)/1000,
		float64(c.bytes)/(1<<20)/max(float64(c.ms)/1000, 0.001), c.peakKiB>>10)
}

// byProcess copies in a process of its own.
func (v *inside) byProcess(t *testing.T, direction string, job vix.GuestCopy) copied {
	t.Helper()
	options := optionsFor(v.sim)
	options.RequestTimeout = time.Minute
	data, err := json.Marshal(copyJob{options, v.handle, v.login, direction, job.Source, job.Destination, job.Verify})
	must(t, err)
	file := filepath.Join(t.TempDir(), "job")
	must(t, os.WriteFile(file, data, 0o600))
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCopyingProcess$", "-test.v", "-test.timeout=30m")
	cmd.Env = append(os.Environ(), copyJobVariable+"="+file, "GOCOVERDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	var c copied
	_, said, _ := strings.Cut(string(out), "COPIED ")
	if _, err := fmt.Sscan(said, &c.files, &c.bytes, &c.ms, &c.peakKiB); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return c
}

// plainly uploads a file as any Go program would, with no care at all.
func (v *inside) plainly(t *testing.T, source, to string) copied {
	t.Helper()
	c, err := v.sim.Client(t.Context())
	must(t, err)
	vm, err := v.sim.VM("DC0", v.path)
	must(t, err)
	files, err := guest.NewOperationsManager(c.Client, vm.Self).FileManager(t.Context())
	must(t, err)
	file, err := os.Open(source)
	must(t, err)
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	must(t, err)
	begun := time.Now()
	auth := &types.NamePasswordAuthentication{Username: v.login.Username, Password: v.login.Password}
	address, err := files.InitiateFileTransferToGuest(t.Context(), auth, to, &types.GuestPosixFileAttributes{}, info.Size(), true)
	must(t, err)
	u, err := files.TransferURL(t.Context(), address)
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, u.String(), file)
	must(t, err)
	request.ContentLength = info.Size()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	must(t, err)
	if must(t, response.Body.Close()); response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	return copied{1, info.Size(), time.Since(begun).Milliseconds(), 0}
}

// maxPeak is how much memory a provider may have that copies, however large the files are, in KiB. A test binary is a little larger than it.
const maxPeak = 120 << 10

// TestCopies: a copy takes no more memory when files are large. With COPIES_FULL it copies 10 GiB, which are a hole, and a tree of 2,000 files.
func TestCopies(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("how much memory a process takes is read from /proc")
	}
	v := visited(t)
	here := filepath.Join(t.TempDir(), "big")
	sizes := []int64{64 << 20}
	if os.Getenv("COPIES_FULL") != "" {
		sizes = append(sizes, 10<<30)
	}
	for _, size := range sizes {
		file, err := os.Create(here)
		must(t, err)
		must(t, file.Truncate(size))
		_, err = file.WriteAt([]byte("the end"), size-7)
		must(t, err)
		must(t, file.Close())
		t.Logf("plain upload    %s", v.plainly(t, here, "/srv/plain"))
		for _, verify := range []bool{false, true} {
			note := map[bool]string{true: ", verified"}[verify]
			to := v.byProcess(t, "to", vix.GuestCopy{Source: here, Destination: "/srv/big", Verify: verify})
			t.Logf("to the guest    %s%s", to, note)
			from := v.byProcess(t, "from", vix.GuestCopy{Source: "/srv/big", Destination: here + ".back", Verify: verify})
			t.Logf("from the guest  %s%s", from, note)
			must(t, os.Remove(here+".back")) // it is no hole
			for _, c := range []copied{to, from} {
				if c.bytes != size || c.peakKiB > maxPeak && !raceDetector {
					t.Errorf("%s of %d bytes", c, size)
				}
			}
		}
		must(t, v.RemoveGuestFile(t.Context(), v.handle, v.login, "/srv/big"))
	}
	if os.Getenv("COPIES_FULL") == "" {
		return
	}
	top := tree(t, 2000)
	t.Logf("to the guest    %s", v.byProcess(t, "to", vix.GuestCopy{Source: top, Destination: "/opt/tree", Verify: true}))
	t.Logf("from the guest  %s", v.byProcess(t, "from", vix.GuestCopy{Source: "/opt/tree", Destination: here + ".tree", Verify: true}))
	sameTrees(t, top, here+".tree")
}

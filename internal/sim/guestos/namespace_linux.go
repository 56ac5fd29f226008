// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// enterScript mounts this machine's programs, devices and processes below the guest's root, makes that the root, goes to the
// working directory and becomes the shell: $1 is the root, $2 the directory, $3 the shell, $4 the command line. Tests may run as
// root, hence programs are mounted so that they cannot be written, where the machine allows that.
// They are found whatever PATH the guest's program gets.
const enterScript = `mount=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin; command -v mount)
chroot=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin; command -v chroot)
for d in usr bin sbin lib lib32 lib64 libx32 dev proc; do
	if [ -d "$1/$d" ] && [ ! -L "$1/$d" ]; then
		"$mount" --rbind "/$d" "$1/$d" || exit 126
		case $d in dev|proc) ;; *) "$mount" -o remount,bind,ro "$1/$d" 2>/dev/null ;; esac
	fi
done
exec "$chroot" "$1" /bin/sh -c 'cd "$1" || exit 126; exec "$2" -c "$3"' sh "$2" "$3" "$4"`

// namespaces reports whether this machine lets programs have a root of their own.
var namespaces = sync.OnceValue(func() bool {
	if os.Getenv(rewriteName) != "" {
		return false
	}
	dir, err := os.MkdirTemp("", "vixsim-ns-")
	if err != nil {
		return false
	}
	defer func() { _ = os.RemoveAll(dir) }()
	g, err := New(Options{Dir: dir + "/guest"})
	if err != nil {
		return false
	}
	defer g.Close()
	return inNamespace(g.opts.Dir, "/tmp", "/bin/sh", "[ -d /root ]", []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}).Run() == nil
})

// inNamespace is a command line whose root is a directory.
func inNamespace(root, dir, shell, line string, env []string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", enterScript, "sh", root, dir, shell, line) //nolint:gosec // a simulated guest's work
	cmd.Dir, cmd.Env = "/", env
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:     true,
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	return cmd
}

// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"regexp"
	"strconv"
	"strings"
)

// Version is what vmrun says of itself. Its number is VIX's, not the product's.
type Version struct {
	// Text is the number as it is printed, without the build: "1.17.0", "25H2".
	Text string
	// Build is the build's number; empty where none is told.
	Build string
	// major and minor are what Text begins with; -1 where it has no numbers.
	major, minor int
	// remote is set where the usage offers to log in to a host: what is called Fusion 3.1.1 does.
	remote bool
}

// The oldest version that can do what this package asks of it, and the newest one that is known.
const (
	oldestMajor, oldestMinor = 1, 15
	newestMinor              = 17
)

var (
	versionLine = regexp.MustCompile(`(?m)^vmrun version (\S+)(?:[ \t]+build-(\S+))?`)
	numbers     = regexp.MustCompile(`^(\d+)(?:\.(\d+))?`)
	buildNumber = regexp.MustCompile(`^(\d+\.\d+\.\d+)\.(\d{5,})$`)
	remoteFlag  = regexp.MustCompile(`(?m)^\s*-h <`)
)

// parseVersion reads the usage, which vmrun prints where it is run without arguments; false where there is no
// version in it.
func parseVersion(usage string) (Version, bool) {
	m := versionLine.FindStringSubmatch(usage)
	if m == nil {
		return Version{}, false
	}
	v := Version{Text: m[1], Build: m[2], major: -1, minor: -1, remote: remoteFlag.MatchString(usage)}
	if parts := buildNumber.FindStringSubmatch(v.Text); parts != nil && v.Build == "" {
		v.Text, v.Build = parts[1], parts[2]
	}
	if n := numbers.FindStringSubmatch(v.Text); n != nil {
		v.major, _ = strconv.Atoi(n[1])
		v.minor, _ = strconv.Atoi(n[2]) // none is 0
	}
	return v, true
}

// String is the version as vmrun writes it.
func (v Version) String() string {
	if v.Build == "" {
		return v.Text
	}
	return v.Text + " build-" + v.Build
}

// tooOld reports a vmrun that lacks what is asked of it. The one of Fusion 3 bears the number of
// the product, 3.1.1, and is older than its number says; what has no number is a build of VMware's own.
func (v Version) tooOld() bool {
	switch {
	case v.major < 0:
		return false
	case v.major == oldestMajor:
		return v.minor < oldestMinor
	}
	return v.major < oldestMajor || v.remote
}

// Newer reports a version that nobody has tried yet.
func (v Version) Newer() bool {
	return v.major > oldestMajor || v.major == oldestMajor && v.minor > newestMinor
}

// oldest is the oldest version as text.
func oldest() string {
	return strings.Join([]string{strconv.Itoa(oldestMajor), strconv.Itoa(oldestMinor)}, ".")
}

// hardware are the newest versions of the virtual hardware by the oldest build that is known to have each: products and
// their vmrun have one build. Of older builds nothing is refused: the product itself says what it does not open.
var hardware = []struct{ build, newest int }{
	{24_995_812, 22}, // 25H2
	{24_409_262, 21}, // 17.6
}

// newestBuild is the newest build that hardware is known of: 26H1.
const newestBuild = 25_388_281

// Hardware is the newest version of the virtual hardware that the product opens; 0 where nobody knows.
func (v Version) Hardware() int {
	build, err := strconv.Atoi(v.Build)
	if err != nil || build > newestBuild {
		return 0
	}
	for _, known := range hardware {
		if build >= known.build {
			return known.newest
		}
	}
	return 0
}

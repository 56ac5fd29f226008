//go:build race

// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

// raceDetector is set where the race detector takes memory of its own.
const raceDetector = true

// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// schema measures how long a provider takes from its start to its first answer
// to GetProviderSchema, ours and one of the same dependencies with an empty
// schema, in turn.
func (b *bench) schema(ctx context.Context, p *plan, r *results) error {
	ours := r.add(&figure{What: "schema", Who: "vix"})
	empty := r.add(&figure{What: "schema", Who: "empty"})
	for range 7 * p.runs {
		for f, name := range map[*figure]string{ours: "terraform-provider-vix", empty: "empty"} {
			took, size, err := firstSchema(ctx, b.binary(name))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			f.Wall = append(f.Wall, took.Seconds())
			f.Bytes = size
		}
	}
	progress("first schema: %.0f ms, empty %.0f ms", ours.median()*1000, empty.median()*1000)
	return nil
}

// firstSchema starts a plugin as terraform does, and asks it once.
func firstSchema(ctx context.Context, binary string) (time.Duration, int64, error) {
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "TF_") }),
		// What go-plugin asks a plugin's parent to say; see tf6server.
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return 0, 0, err
	}
	parts := strings.Split(strings.TrimSpace(line), "|") // 1|6|unix|/tmp/plugin123|grpc|
	if len(parts) < 5 || parts[4] != "grpc" {
		return 0, 0, errors.New("no plugin: " + line)
	}
	target := parts[3]
	if parts[2] == "unix" {
		target = "unix:" + target
	}
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{}), grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = conn.Close() }()
	var answer []byte
	if err := conn.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", []byte(nil), &answer); err != nil {
		return 0, 0, err
	}
	return time.Since(begun), int64(len(answer)), nil
}

// raw is a codec that leaves messages as they are: an empty request has no bytes,
// and what the answer says is not looked at.
type raw struct{}

// Name implements encoding.Codec.
func (raw) Name() string { return "proto" }

// Marshal implements encoding.Codec.
func (raw) Marshal(v any) ([]byte, error) {
	data, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("not bytes but %T", v)
	}
	return data, nil
}

// Unmarshal implements encoding.Codec.
func (raw) Unmarshal(data []byte, v any) error {
	to, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("not bytes but %T", v)
	}
	*to = slices.Clone(data)
	return nil
}

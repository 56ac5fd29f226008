// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// encodings are the code pages that a Windows may have.
var encodings = map[string]encoding.Encoding{
	"windows-1251": charmap.Windows1251, "windows-1252": charmap.Windows1252, "GBK": simplifiedchinese.GBK,
}

// printer holds what goes to a stream until the process ends.
type printer struct {
	to   io.Writer
	text strings.Builder
	crlf bool
	enc  encoding.Encoding // nil for UTF-8
}

func (p *process) printer(to io.Writer) printer {
	return printer{to: to, crlf: p.d.Config.CRLF || p.d.Persona().Windows, enc: encodings[p.d.Config.Noise.Encoding]}
}

func (o *printer) line(text string) { o.text.WriteString(text + "\n") }

// raw is text that has its own line ends.
func (o *printer) raw(text string) { o.text.WriteString(text) }

func (o *printer) empty() bool { return o.text.Len() == 0 }

func (o *printer) flush() error {
	text := o.text.String()
	o.text.Reset()
	if text == "" {
		return nil
	}
	if o.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if o.enc != nil {
		bytes, err := encoding.ReplaceUnsupported(o.enc.NewEncoder()).String(text)
		if err != nil {
			return err
		}
		text = bytes
	}
	_, err := io.WriteString(o.to, text)
	return err
}

func (p *process) flush() error { return errors.Join(p.out.flush(), p.err.flush()) }

// problem writes a line to where errors go.
func (p *process) problem(text string) {
	if p.d.Switch("error-stream") == "stderr" {
		p.err.line(text)
		return
	}
	p.out.line(text)
}

// fail ends a command with an error; it returns nil, which is for the callers to return.
func (p *process) fail(text string) error {
	if before := p.d.Config.Noise.Before; before != "" {
		p.problem(before)
	}
	p.problem("Error: " + text)
	p.status = statusError
	if p.d.Switch("error-status") == "1" {
		p.status = 1
	}
	return nil
}

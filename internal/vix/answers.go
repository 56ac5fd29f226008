// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"fmt"
	"strings"
)

// Answers are what to answer to which question: a message id, a question id or the question's
// text, to the key or the label of a choice.
type Answers map[string]string

// Answered is a question and what was answered.
type Answered struct {
	Question Question
	Choice   Choice
}

// movedOrCopied is the question of a VM whose files have been moved or copied.
const movedOrCopied = "msg.uuid.altered"

// Choose gives the choice that answers a question; false where no entry is for it, or the entry
// is no choice: nothing is ever guessed. It also gives the entry, where there is one.
func (a Answers) Choose(q *Question) (choice Choice, entry string, ok bool) {
	for _, name := range q.names() {
		if text, has := a[name]; has && name != "" {
			choice, ok = q.choice(text)
			return choice, text, ok
		}
	}
	return Choice{}, "", false
}

// names are what an entry may call the question, the surest first.
func (q *Question) names() []string {
	return []string{q.MessageID, q.ID, q.Text, q.Plain()}
}

// Plain is the text without the message id that hosts write in front of it.
func (q *Question) Plain() string {
	if q.MessageID == "" {
		return q.Text
	}
	return strings.TrimSpace(strings.TrimPrefix(q.Text, q.MessageID+":"))
}

// choice is the one that a text means: by its key, by its label, and by a short word where there is
// one. What several choices answer to is none.
func (q *Question) choice(text string) (Choice, bool) {
	for _, is := range []func(Choice) bool{
		func(c Choice) bool { return c.Key == text },
		func(c Choice) bool { return plainLabel(text) != "" && plainLabel(c.Label) == plainLabel(text) },
		func(c Choice) bool { return q.short(c) != "" && q.short(c) == strings.ToLower(text) },
	} {
		var found []Choice
		for _, c := range q.Choices {
			if is(c) {
				found = append(found, c)
			}
		}
		if len(found) == 1 {
			return found[0], true
		}
	}
	return Choice{}, false
}

// short is the short word for a choice; empty where there is none.
func (q *Question) short(c Choice) string {
	if q.MessageID != movedOrCopied {
		return ""
	}
	label := plainLabel(c.Label)
	for _, word := range []string{"moved", "copied"} {
		if strings.Contains(label, word) {
			return word
		}
	}
	return ""
}

// accelerators are what marks a letter of a label as a key.
var accelerators = strings.NewReplacer("&", "", "_", "")

// plainLabel is a label as it is compared.
func plainLabel(label string) string {
	return strings.ToLower(strings.TrimSpace(accelerators.Replace(label)))
}

// Unanswered is the error of a question that has no answer, with all that somebody needs to give
// one. The VM goes on asking.
func Unanswered(op, object string, q *Question, entry string) *Error {
	asked := *q
	e := &Error{
		Op: op, Object: object, Code: CodeVMXMsgDialogAndNoUI, Kind: ErrAsked, Question: &asked,
		Reason: fmt.Sprintf("The VM asks a question, and waits for the answer (message id %s, question id %s):\n\n  %s",
			orNone(q.MessageID), orNone(q.ID), q.Plain()),
		Remedy: "Nothing was answered and nothing was cancelled.",
	}
	if entry != "" {
		e.Reason += fmt.Sprintf("\n\nWhat there is for it, %q, is none of the choices:", entry)
	} else {
		e.Reason += "\n\nThe choices:"
	}
	for _, c := range q.Choices {
		text := fmt.Sprintf("%q: %s", c.Key, c.Label)
		if short := q.short(c); short != "" {
			text += fmt.Sprintf(" (or %q)", short)
		}
		if c.Default {
			text += ", offered first"
		}
		e.Choices = append(e.Choices, text)
	}
	return e
}

// orNone is a name, or the word for its lack.
func orNone(name string) string {
	if name == "" {
		return "none"
	}
	return name
}

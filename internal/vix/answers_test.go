// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "testing"

var altered = Question{
	ID: "_vmx1", MessageID: "msg.uuid.altered",
	Text:    "msg.uuid.altered:This virtual machine might have been moved or copied.",
	Choices: []Choice{{Key: "0", Label: "Cancel"}, {Key: "1", Label: "I &Moved It"}, {Key: "2", Label: "button.uuid.copiedTheVM", Default: true}},
}

func TestAnAnswerIsFoundByWhatNamesTheQuestionAndTheChoice(t *testing.T) {
	twice := altered
	twice.Choices = append(twice.Choices[:2:2], Choice{Key: "3", Label: "I _moved it"})
	other := Question{ID: "7", Text: "Eject?", Choices: []Choice{{Key: "0", Label: "_Yes"}, {Key: "1", Label: "_No"}}}
	for name, test := range map[string]struct {
		q       Question
		answers Answers
		key     string
		entry   string
	}{
		"by message id, short":       {altered, Answers{"msg.uuid.altered": "moved"}, "1", "moved"},
		"short, in capitals":         {altered, Answers{"msg.uuid.altered": "COPIED"}, "2", "COPIED"},
		"by question id and key":     {altered, Answers{"_vmx1": "0"}, "0", "0"},
		"by the text":                {altered, Answers{altered.Text: "2"}, "2", "2"},
		"by the text alone":          {altered, Answers{"This virtual machine might have been moved or copied.": "2"}, "2", "2"},
		"by label":                   {altered, Answers{"msg.uuid.altered": "i moved it"}, "1", "i moved it"},
		"by the whole label":         {altered, Answers{"msg.uuid.altered": "button.uuid.copiedTheVM"}, "2", "button.uuid.copiedTheVM"},
		"the surest name counts":     {altered, Answers{"_vmx1": "0", "msg.uuid.altered": "1"}, "1", "1"},
		"no entry":                   {altered, Answers{"msg.other": "1"}, "", ""},
		"none at all":                {altered, nil, "", ""},
		"no choice":                  {altered, Answers{"msg.uuid.altered": "9"}, "", "9"},
		"nothing as an answer":       {altered, Answers{"msg.uuid.altered": ""}, "", ""},
		"two choices":                {twice, Answers{"msg.uuid.altered": "I moved it"}, "", "I moved it"},
		"no short words elsewhere":   {other, Answers{"7": "moved"}, "", "moved"},
		"no name is no name":         {other, Answers{"": "0"}, "", ""},
		"accelerator":                {other, Answers{"Eject?": "yes"}, "0", "yes"},
		"the default is not guessed": {altered, Answers{}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			choice, entry, ok := test.answers.Choose(&test.q)
			if choice.Key != test.key || entry != test.entry || ok != (test.key != "") {
				t.Errorf("got %+v, %q, %t", choice, entry, ok)
			}
		})
	}
}

func TestAQuestionWithoutAnAnswerSaysAllThatIsNeededToGiveOne(t *testing.T) {
	const begins = "The VM asks a question, and waits for the answer (message id msg.uuid.altered, question id _vmx1):\n\n" +
		"  This virtual machine might have been moved or copied.\n\n"
	const ends = "\n\n  - \"0\": Cancel\n  - \"1\": I &Moved It (or \"moved\")\n  - \"2\": button.uuid.copiedTheVM (or \"copied\"), offered first\n\n" +
		"Nothing was answered and nothing was cancelled.\n\nVIX_E_VMX_MSG_DIALOG_AND_NO_UI (3028)"
	e := Unanswered("power on", "web", &altered, "")
	if got := e.Detail(); got != begins+"The choices:"+ends {
		t.Errorf("got %s", got)
	}
	e = Unanswered("power on", "web", &altered, "perhaps")
	if got := e.Detail(); got != begins+"What there is for it, \"perhaps\", is none of the choices:"+ends {
		t.Errorf("got %s", got)
	}
}

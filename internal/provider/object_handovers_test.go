// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "testing"

// What a plan has handed over holds in its apply, which plans what is deposed once more and does not plan what stays; a later plan that
// sees it otherwise ends it.
func TestWhatWasHandedOverHoldsForOneApply(t *testing.T) {
	t.Setenv("TF_DATA_DIR", t.TempDir())
	walk := func() *objectHandovers { return newObjectHandovers("vix-things") }
	const thing = "thing"
	ctx := t.Context()
	first := newNotes("vix-others")
	if err := first.write(first.fileOf("x"), "x"); err != nil { // a data folder that is used
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		walks func() *objectHandovers
		is    bool
	}{
		"the apply": {func() *objectHandovers { return walk() }, true},
		"the apply, which plans it once more": {func() *objectHandovers {
			apply := walk()
			apply.goes(ctx, thing, "old")
			apply.goes(ctx, thing, "old")
			return apply
		}, true},
		"a later plan has both go": {func() *objectHandovers {
			plan := walk()
			plan.goes(ctx, thing, "old")
			plan.goes(ctx, thing, "new")
			return walk()
		}, false},
		"a later plan has both go, and its apply plans it once more": {func() *objectHandovers {
			plan := walk()
			plan.goes(ctx, thing, "old")
			plan.goes(ctx, thing, "new")
			apply := walk()
			apply.goes(ctx, thing, "old")
			return apply
		}, false},
		"a later plan has the same": {func() *objectHandovers {
			plan := walk()
			plan.goes(ctx, thing, "old")
			plan.stays(ctx, thing, "new")
			apply := walk()
			apply.goes(ctx, thing, "old")
			return apply
		}, true},
	} {
		plan := walk()
		plan.stays(ctx, thing, "new")
		plan.goes(ctx, thing, "old")
		if got := test.walks().isAnothers(thing, "old"); got != test.is {
			t.Errorf("%s: another's %v", name, got)
		}
	}
}

// Of what a walk both plans and deletes, the walk before it has said what becomes of it, if any has.
func TestWhatWasForeseenCountsForOneApply(t *testing.T) {
	t.Setenv("TF_DATA_DIR", t.TempDir())
	others := newNotes("vix-others")
	if err := others.write(others.fileOf("x"), "x"); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	plan := newForesight()
	if got := saidOf(newForesight(), "thing", plan.walk, "planned"); got != "planned" {
		t.Errorf("what the plan has said is %q", got)
	}
	apply := newForesight()
	apply.says(ctx, "thing", "said by the apply")
	if got := saidOf(apply, "thing", apply.walk, "said by the apply"); got != "" {
		t.Errorf("the apply takes %q", got)
	}
	plan = newForesight()
	plan.nothing("thing")
	plan.says(ctx, "thing", "said by the plan")
	apply = newForesight()
	apply.says(ctx, "thing", "said by the apply")
	apply.says(ctx, "thing", "said by the apply again")
	if got := saidOf(apply, "thing", apply.walk, "x"); got != "said by the plan" {
		t.Errorf("it takes %q", got)
	}
	plan = newForesight()
	plan.nothing("thing")
	apply = newForesight()
	apply.says(ctx, "thing", "said by the apply")
	if got := saidOf(apply, "thing", apply.walk, "x"); got != "" {
		t.Errorf("it takes %q, which the last plan has not said", got)
	}
}

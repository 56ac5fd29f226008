// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"os"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// notes are the attacks of cause III: a note of an attempt that outlives it.
func notes() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	keeps := []string{kept, refusedAtPlan, refusedAtApply}
	// second is another workspace: of the same data folder, or of one of its own.
	second := func(s *scene, c Config) {
		ws := s.Workspace(s.ws.Data, "second")
		s.step(ws, c, s.options)
		if s.plan.Failed() {
			return
		}
		o := s.options
		o.Destroy = true
		s.step(ws, c, o)
	}
	killed := func(s *scene, m Moment) {
		s.attack(config("x", x), kill(m, web))
		if !s.result.Killed {
			s.Fatalf("it was not killed:\n%s", s.said())
		}
	}
	same := func(s *scene) { s.must(s.Outside(s.Context(), s.Host.Username(), "DC0", web)) }
	return []attack{
		{cause: "III", name: "a second workspace after success", run: func(s *scene) {
			s.given(config("x", x))
			second(s, config("x", x))
		}, want: keeps},
		{cause: "III", name: "a second workspace after success, adopt", run: func(s *scene) {
			s.given(config("x", x))
			second(s, config("x", adopt))
		}, want: keeps},
		{cause: "III", name: "a second workspace after a kill", run: func(s *scene) {
			killed(s, AfterRegister)
			second(s, config("x", x))
		}, want: keeps},
		{cause: "III", name: "state rm, then a new address", run: func(s *scene) {
			s.given(config("x", x))
			s.ws.StateRm("x")
			s.attack(config("y", x))
			s.stays()
		}, want: []string{refusedAtPlan}},
		{cause: "III", name: "state rm, then a new address, adopt", run: func(s *scene) {
			s.given(config("x", x))
			s.ws.StateRm("x")
			s.attack(config("y", adopt))
			s.notUnregistered("y")
		}, want: []string{kept}},
		{cause: "III", name: "removed, then a new address", run: func(s *scene) {
			s.given(config("x", x))
			c := config()
			c.Removed = []string{"x"}
			s.given(c)
			s.attack(config("y", x))
		}, want: []string{refusedAtPlan}},
		{cause: "III", name: "killed before RegisterVM, then a colleague with the same account", run: func(s *scene) {
			brief := x.with("timeouts", Attributes{"create": "1s"})
			s.attack(config("x", brief), kill(BeforeRegister, web))
			later, cancel := context.WithTimeout(s.Context(), 4*time.Second) // the attempt's time is over, and what clocks may differ by
			<-later.Done()
			cancel()
			same(s)
			s.attack(config("x", x))
			s.notUnregistered("x")
		}, want: []string{refusedAtPlan, refusedAtApply, kept}},
		{cause: "III", name: "killed before RegisterVM, then a colleague with another account", run: func(s *scene) {
			killed(s, BeforeRegister)
			s.outside(web)
			s.attack(config("x", x))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "III", name: "success, unregistered outside, then a colleague with the same account", run: func(s *scene) {
			s.given(config("x", x))
			s.ws.StateRm("x")
			s.must(s.Host.Unregister(s.Context(), "DC0", web))
			same(s)
			s.attack(config("y", x))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "III", name: "killed after RegisterVM, applied again", run: func(s *scene) {
			killed(s, AfterRegister)
			s.attack(config("x", x))
		}, want: []string{kept}},
		{cause: "III", name: "killed during after_create, applied again", run: func(s *scene) {
			killed(s, AfterCreate)
			s.attack(config("x", x))
		}, want: []string{kept}},
		{cause: "III", name: "killed before RegisterVM, applied again", run: func(s *scene) {
			killed(s, BeforeRegister)
			s.attack(config("x", x))
		}, want: []string{registeredAgain}},
		{cause: "III", name: "killed where there is no .terraform", run: func(s *scene) {
			s.must(os.RemoveAll(s.ws.Data))
			killed(s, AfterRegister)
			s.attack(config("x", x))
		}, want: []string{refusedAtPlan}},
		{cause: "III", own: true, name: "killed after RegisterVM, finished, then a second workspace", run: func(s *scene) {
			killed(s, AfterRegister)
			s.given(config("x", x))
			second(s, config("x", x))
		}, want: keeps},
		{cause: "III", own: true, name: "killed after RegisterVM, unregistered outside, then a colleague with the same account", run: func(s *scene) {
			killed(s, AfterRegister)
			s.must(s.Host.Unregister(s.Context(), "DC0", web))
			s.given(config("x", x))
			s.ws.StateRm("x")
			s.must(s.Host.Unregister(s.Context(), "DC0", web))
			same(s)
			s.attack(config("y", x))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "III", own: true, name: "interrupted once while it registers, applied again", run: func(s *scene) {
			var stop func()
			s.Host.OnTask(func(ctx context.Context, method string) {
				if method == "RegisterVM_Task" {
					stop()
					<-ctx.Done()
				}
			})
			s.attack(config("x", x), func(o *Options) { o.Stop = func(f func()) { stop = f } })
			s.Host.OnTask(nil)
			s.attack(config("x", x))
		}, want: []string{kept, registeredAgain}},
		{cause: "III", own: true, name: "a kill in another folder", run: func(s *scene) {
			killed(s, AfterRegister)
			s.ws.Data = s.TempDir()
			s.attack(config("x", x))
		}, want: []string{refusedAtPlan}},
	}
}

// stays expects that nothing of the inventory changed.
func (s *scene) stays() {
	if s.registrationOf(s.about) == "" {
		s.outcome = "gone"
	}
}

// notUnregistered expects that a destroy of an address would keep its VM.
func (s *scene) notUnregistered(address string) {
	if o := s.ws.State.Current[address]; o != nil && unregisters(o) {
		s.outcome = "would be unregistered by a destroy"
	}
}

// copies are the attacks of cause IV: the same instance UUID is not the same VM.
func copies() []attack {
	x := reg(web)
	copied := "[LocalDS_1] copy/copy.vmx"
	shares := sim.Options{KeepDuplicateInstanceUUIDs: true}
	// restored is a copy that was registered while the original is not any more.
	restored := func(s *scene, more ...any) {
		s.given(config("x", reg(web, more...)))
		s.vm(copied, webU)
		s.must(s.Host.Unregister(s.Context(), "DC0", web))
		s.outside(copied)
		s.about = copied
	}
	refused := []string{refusedAtPlan}
	return []attack{
		{cause: "IV", name: "a restored copy at another path", host: shares, run: func(s *scene) {
			restored(s)
			s.attack(config("x", x))
		}, want: refused},
		{cause: "IV", name: "a restored copy, renamed", host: shares, run: func(s *scene) {
			restored(s, "name", "web")
			s.must(s.Host.Rename(s.Context(), "DC0", copied, "copy of web"))
			s.attack(config("x", reg(web, "name", "web")))
		}, want: refused},
		{cause: "IV", name: "a restored copy, destroyed", host: shares, run: func(s *scene) {
			restored(s)
			s.attack(config("x", x), destroy)
		}, want: refused},
		{cause: "IV", name: "a restored copy, destroyed without a refresh", host: shares, run: func(s *scene) {
			restored(s)
			s.attack(config("x", x), destroy, noRefresh)
		}, want: []string{refusedAtPlan, refusedAtApply, kept}},
		{cause: "IV", name: "a restored copy, powered off", host: shares, run: func(s *scene) {
			restored(s, "power_off_on_destroy", "hard")
			s.must(s.Host.SetPower("DC0", copied, "poweredOn"))
			s.attack(config(), noRefresh)
		}, want: []string{refusedAtPlan, refusedAtApply, kept}},
		{cause: "IV", name: "a restored copy beside its original", host: shares, run: func(s *scene) {
			s.given(config("x", x))
			s.vm(copied, webU)
			s.outside(copied)
			s.about = copied
			s.attack(config("x", x), replace("x"))
		}, want: []string{kept, refusedAtPlan}},
		{cause: "IV", name: "a restored copy, and vmx_path names it", host: shares, run: func(s *scene) {
			restored(s)
			s.attack(config("x", reg(copied)))
			s.notUnregistered("x")
		}, want: []string{refusedAtPlan, kept}},
		{cause: "IV", name: "-replace after a storage vMotion", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("x", x), replace("x"))
		}, want: refused},
		{cause: "IV", name: "-replace after a storage vMotion, and something lies at the old path", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.vm(web, "50201e5a-0000-4000-8000-000000000009")
			s.attack(config("x", x), replace("x"))
		}, want: refused},
		{cause: "IV", name: "another host after a storage vMotion", run: func(s *scene) {
			s.given(config("x", reg(web, "host", "DC0_C0_H0")))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("x", reg(web, "host", "DC0_C0_H1")))
		}, want: refused},
		{cause: "IV", own: true, name: "a storage vMotion, and nothing else", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("x", x))
		}, want: []string{kept}},
		{cause: "IV", own: true, name: "a storage vMotion, then the new path and -replace", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("x", reg(to)), replace("x"))
		}, want: []string{registeredAgain}},
		{cause: "IV", own: true, name: "tainted after a storage vMotion", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.ws.Taint("x")
			s.attack(config("x", x))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "IV", own: true, name: "unregistered and registered again by a colleague, then destroyed", run: func(s *scene) {
			s.given(config("x", x))
			s.must(s.Host.Unregister(s.Context(), "DC0", web))
			s.outside(web)
			s.attack(config(), noRefresh)
		}, want: []string{unregistered, kept, refusedAtPlan, refusedAtApply}},
	}
}

// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command plot draws the figures that the end-to-end benchmark has written: what
// a plan that opens 100 VMs takes, by the size of the inventory, beside the
// references. It is a module of its own, so that the provider does not depend on
// a plotting library.
package main

import (
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// figure is what the plot needs of the benchmark's figures.
type figure struct {
	What    string    `json:"what"`
	Who     string    `json:"who"`
	N       int       `json:"n"`
	V       int       `json:"v"`
	Latency int       `json:"latency_ms"`
	Wall    []float64 `json:"wall_s"`
}

// shown is how many VMs the plans of the plot open.
const shown = 100

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: plot figures.json plot.svg")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var results struct {
		Figures []figure `json:"figures"`
	}
	if err := json.Unmarshal(text, &results); err != nil {
		return err
	}
	p, err := drawn(results.Figures)
	if err != nil {
		return err
	}
	return p.Save(18*vg.Centimeter, 11*vg.Centimeter, to)
}

// drawn makes the plot: one line for each latency, and the references where there
// is no latency to tell them apart by.
func drawn(figures []figure) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("terraform plan, %d VMs opened by path", shown)
	p.X.Label.Text, p.Y.Label.Text = "VMs in the inventory", "seconds, median and range"
	p.Y.Min, p.X.Min = 0, 0
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.Padding = vg.Points(2)
	p.Add(plotter.NewGrid())

	latencies, sizes := map[int]bool{}, map[int]bool{}
	for _, f := range figures {
		if f.What == "plan" && f.Who == "vix" && f.N == shown {
			latencies[f.Latency], sizes[f.V] = true, true
		}
	}
	colors := []color.Color{color.RGBA{0x1b, 0x7a, 0x3d, 255}, color.RGBA{0x1f, 0x5f, 0xa8, 255}, color.RGBA{0xb3, 0x3a, 0x1f, 255}}
	for i, latency := range sorted(latencies) {
		for _, who := range []string{"vix", "limit"} {
			name := map[string]string{"vix": "vix", "limit": "a Go program at the limit, without terraform"}[who]
			l := line{name: fmt.Sprintf("%s, %d ms a request", name, latency), color: colors[i%len(colors)], dashed: who == "limit"}
			for _, f := range figures {
				if f.What == "plan" && f.Who == who && f.N == shown && f.Latency == latency {
					l.add(float64(f.V), f.Wall)
				}
			}
			if err := l.draw(p); err != nil {
				return nil, err
			}
		}
	}
	l := line{name: "terraform alone: a provider that answers at once", color: color.Gray{0x60}, dashed: true}
	for _, v := range sorted(sizes) {
		var wall []float64 // measured beside each latency
		for _, f := range figures {
			if f.What == "plan" && f.Who == "instant" && f.N == shown && f.V == v {
				wall = append(wall, f.Wall...)
			}
		}
		l.add(float64(v), wall)
	}
	if err := l.draw(p); err != nil {
		return nil, err
	}
	p.Y.Max *= 1.5 // the legend's place
	p.X.Tick.Marker = plot.ConstantTicks(ticks(sorted(sizes)))
	return p, nil
}

// line is a line of the plot.
type line struct {
	name   string
	color  color.Color
	dashed bool

	medians plotter.XYs
	ranges  plotter.YErrors
}

func (l *line) add(v float64, wall []float64) {
	if len(wall) == 0 {
		return
	}
	in := slices.Sorted(slices.Values(wall))
	median := in[len(in)/2]
	l.medians = append(l.medians, plotter.XY{X: v, Y: median})
	l.ranges = append(l.ranges, struct{ Low, High float64 }{median - in[0], in[len(in)-1] - median})
}

func (l *line) draw(p *plot.Plot) error {
	if len(l.medians) == 0 {
		return nil
	}
	drawn, points, err := plotter.NewLinePoints(l.medians)
	if err != nil {
		return err
	}
	bars, err := plotter.NewYErrorBars(struct {
		plotter.XYer
		plotter.YErrorer
	}{l.medians, l.ranges})
	if err != nil {
		return err
	}
	drawn.Color, points.Color, bars.Color = l.color, l.color, l.color
	points.Shape = draw.CircleGlyph{}
	if l.dashed {
		drawn.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
	}
	p.Add(drawn, points, bars)
	p.Legend.Add(l.name, drawn, points)
	return nil
}

func sorted(set map[int]bool) []int {
	var out []int
	for i := range set {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

func ticks(at []int) []plot.Tick {
	var out []plot.Tick
	for _, v := range at {
		out = append(out, plot.Tick{Value: float64(v), Label: strconv.Itoa(v)})
	}
	return out
}

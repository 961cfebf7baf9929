package main

import (
	"math"
	"slices"
	"time"
)

// span is a distribution of times, in milliseconds.
type span struct {
	N      int     `json:"n"`
	Median float64 `json:"median_ms"`
	P90    float64 `json:"p90_ms"` // the nearest rank: with few values, the greatest
	P99    float64 `json:"p99_ms"`
	Max    float64 `json:"max_ms"`
}

func spanOf(list []time.Duration) span {
	if len(list) == 0 {
		return span{}
	}
	list = slices.Sorted(slices.Values(list))
	rank := func(q float64) float64 { return milliseconds(list[int(math.Ceil(q*float64(len(list))))-1]) }
	return span{N: len(list), Median: rank(0.5), P90: rank(0.9), P99: rank(0.99), Max: rank(1)}
}

// milliseconds rounds to a tenth: event times are not finer than the noise of a shared machine.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*10) / 10
}

// ratio is a to b, rounded to a hundredth; 0 if there is no b.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return math.Round(a/b*100) / 100
}

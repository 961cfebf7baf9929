// Bench measures the product as people use it: it starts the real programs on the sandbox, gives the vendors the
// latencies they have in life, opens cases by signed Slack commands, and reports how long people wait, what the engine
// adds, how many calls a case costs, and how the same steps do one after the other. It is for developers; it never runs
// against anything but this machine.
//
//	bench open
//	bench open -limits=false -rate 120 -concurrency 4
//	bench mirror -n 20000
//	bench gateway -transport both -rate 200 -for 60s -channels 100
//
// bench mirror measures what the machine does with what people say: how fast a backlog is logged, how far the log lags
// behind while they talk, what the archive takes, and the worker's memory.
//
// bench gateway measures how soon the gateway acknowledges what Slack sends, over HTTP and over Socket Mode, while people
// talk in many channels and open further cases; how long a signal past the gateway takes meanwhile; and whether Temporal
// knows of everything that was acknowledged. -than measures the gateway of another build in the same run.
//
// All figures of one report come from one run on one machine. Ratios can be compared between machines, times cannot.
package main

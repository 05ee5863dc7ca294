// Command bench compares the gateway with nginx, HAProxy and Varnish on this
// machine, by CPU time per request.
//
//	bench -gateway bin/afterburner -scenario pass,hit1k -rounds 5 -duration 3s
//
// All run at once, each pinned to the same core; load and origin have another.
// Measures take turns (A B C D, A B C D, …), so that whatever else the machine
// does meets all alike, and the medians of the rounds are compared. Before that
// every contender's answers are checked.
package main

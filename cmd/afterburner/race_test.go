//go:build race

package main

// raceFlag makes the processes watch for races as the tests do; one ends with
// exit code 66.
var raceFlag = []string{"-race"}

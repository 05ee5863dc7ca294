package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc (USER_HZ, 100 on Linux).
const tick = 10 * time.Millisecond

// procstat is what /proc/PID/stat says of a process.
type procstat struct {
	pid, parent int
	cpu         time.Duration // user and system, with that of children it waited for
}

type processes []procstat

// cpuTime is what a process and all its descendants have used so far.
func cpuTime(pid int) (time.Duration, error) {
	all, err := readProcesses("/proc")
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, member := range all.of(pid) {
		sum += member.cpu
	}
	return sum, nil
}

// readProcesses reads all there are. Those that end meanwhile are left out.
func readProcesses(proc string) (processes, error) {
	files, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "stat"))
	if err != nil {
		return nil, err
	}
	var all processes
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		one, err := parseStat(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// of is the process itself and its descendants.
func (all processes) of(pid int) []procstat {
	var family []procstat
	for _, one := range all {
		if one.pid == pid {
			family = append(family, one)
		}
		if one.parent == pid {
			family = append(family, all.of(one.pid)...)
		}
	}
	return family
}

// parseStat reads proc(5)'s stat line. The name in it, in parentheses, may hold
// anything, parentheses too; what follows the last one are numbers.
func parseStat(line []byte) (procstat, error) {
	open, end := bytes.IndexByte(line, '('), bytes.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return procstat{}, fmt.Errorf("no name in %q", line)
	}
	const parent, utime, cstime = 1, 11, 14 // counted from the state, field 3
	fields := strings.Fields(string(line[end+1:]))
	if len(fields) <= cstime {
		return procstat{}, fmt.Errorf("%d fields after the name, want more than %d", len(fields), cstime)
	}
	var one procstat
	var err error
	if one.pid, err = strconv.Atoi(strings.TrimSpace(string(line[:open]))); err != nil {
		return procstat{}, fmt.Errorf("process id: %w", err)
	}
	if one.parent, err = strconv.Atoi(fields[parent]); err != nil {
		return procstat{}, fmt.Errorf("parent: %w", err)
	}
	for _, field := range fields[utime : cstime+1] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return procstat{}, fmt.Errorf("CPU time: %w", err)
		}
		one.cpu += time.Duration(ticks) * tick
	}
	return one, nil
}

// allowedCores reads the cores that this process may use.
func allowedCores() ([]int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, fmt.Errorf("find the cores: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			return parseCores(strings.TrimSpace(list))
		}
	}
	return nil, fmt.Errorf("find the cores: /proc/self/status has no Cpus_allowed_list")
}

// parseCores reads a list as 0-3,8.
func parseCores(list string) ([]int, error) {
	var cores []int
	for part := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		if err != nil {
			return nil, fmt.Errorf("list of cores %q: %w", list, err)
		}
		last, err := strconv.Atoi(to)
		if err != nil {
			return nil, fmt.Errorf("list of cores %q: %w", list, err)
		}
		for core := first; core <= last; core++ {
			cores = append(cores, core)
		}
	}
	return cores, nil
}

package upstream

// Stats counts an upstream's connections, over all its targets.
type Stats struct {
	Open    int    // connections, those being dialed included
	Idle    int    // unused ones among them
	Waiting int    // requests that wait for one
	Dialed  uint64 // connections opened so far
	Reused  uint64 // requests that found one in the pool so far
}

// TargetStats are the Stats of one target, and its failures.
type TargetStats struct {
	Address string // host:port
	Open    int    // connections, those being dialed included
	Idle    int    // unused ones among them
	Waiting int    // requests that wait for one
	Dialed  uint64 // connections opened so far, with their TLS
	Reused  uint64 // requests that found one in the pool so far
	// Failed counts the tries so far that got no response, or one that was refused.
	// Those that were cancelled, or found no room in the pool, or whose request was
	// at fault do not count, nor does a pooled connection that was replaced.
	Failed uint64
}

// Stats counts the connections now.
func (u *Upstream) Stats() Stats {
	var s Stats
	for _, t := range u.targets {
		one := t.stats()
		s.Open += one.Open
		s.Idle += one.Idle
		s.Waiting += one.Waiting
		s.Dialed += one.Dialed
		s.Reused += one.Reused
	}
	return s
}

// Targets counts the connections of each target now, in the order of the options.
func (u *Upstream) Targets() []TargetStats {
	all := make([]TargetStats, len(u.targets))
	for i, t := range u.targets {
		all[i] = t.stats()
	}
	return all
}

func (t *target) stats() TargetStats {
	open, idle, waiting := t.pool.count()
	return TargetStats{
		Address: t.addr, Open: open, Idle: idle, Waiting: waiting,
		Dialed: t.dialed.Load(), Reused: t.reused.Load(), Failed: t.failed.Load(),
	}
}

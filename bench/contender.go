package main

import (
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

//go:embed conf
var conf embed.FS

// ours is the gateway's name among the contenders.
const ours = "afterburner"

// contender is a proxy to compare. Its configuration is the file of conf.
type contender struct {
	name, binary, file string
	// args are those of the command, given where things are and the written file.
	args func(p place, file string) []string
}

// place is where a contender finds and puts things; configurations are filled
// from it.
type place struct {
	Dir    string // its own
	Port   int    // to listen on
	Admin  int    // for a second listener
	Origin int    // the origin's port
	Root   bool   // it runs as root
}

func contenders(gateway string) []contender {
	return []contender{
		{ours, gateway, "afterburner.yaml", func(_ place, file string) []string {
			return []string{"serve", "--config", file}
		}},
		{"nginx", "nginx", "nginx.conf", func(p place, file string) []string {
			return []string{"-p", p.Dir, "-e", "stderr", "-c", file}
		}},
		{"haproxy", "haproxy", "haproxy.cfg", func(_ place, file string) []string {
			return []string{"-db", "-f", file}
		}},
		{"varnish", "varnishd", "varnish.vcl", func(p place, file string) []string {
			// A thread for each of the connections and one for each of their fetches:
			// with less of them requests would queue.
			return []string{"-F", "-j", "none", "-n", filepath.Join(p.Dir, "work"),
				"-a", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port)), "-T", "none",
				"-f", file, "-s", "malloc,256m", "-p", "vsl_mask=" + unlogged(),
				"-p", "thread_pools=1", "-p", "thread_pool_min=200", "-p", "thread_pool_max=200"}
		}},
	}
}

// unlogged masks what Varnish writes of each request into its log in shared
// memory: the log is off, as with the others.
func unlogged() string {
	tags := "SessOpen SessClose BackendOpen BackendReuse BackendClose BackendStart Backend Length Link Begin End " +
		"ReqStart ReqMethod ReqURL ReqProtocol ReqHeader ReqUnset ReqAcct RespProtocol RespStatus RespReason RespHeader RespUnset " +
		"BereqMethod BereqURL BereqProtocol BereqHeader BereqUnset BereqAcct BerespProtocol BerespStatus BerespReason BerespHeader BerespUnset " +
		"TTL Fetch_Body VCL_call VCL_return VCL_use Hit HitMiss HitPass Storage Timestamp Filters"
	return "-" + strings.Join(strings.Fields(tags), ",-")
}

// prepare makes the contender's place under dir and writes its configuration.
func (c contender) prepare(dir string, origin int) (place, string, error) {
	p := place{Dir: filepath.Join(dir, c.name), Origin: origin, Root: os.Geteuid() == 0}
	ports, err := freePorts(2)
	if err != nil {
		return p, "", err
	}
	p.Port, p.Admin = ports[0], ports[1]
	if err := os.Mkdir(p.Dir, 0o755); err != nil {
		return p, "", fmt.Errorf("make the directory of %s: %w", c.name, err)
	}
	file := filepath.Join(p.Dir, c.file)
	return p, file, c.configure(p, file)
}

func (c contender) configure(p place, file string) error {
	text, err := template.ParseFS(conf, "conf/"+c.file)
	if err != nil {
		return fmt.Errorf("read the configuration of %s: %w", c.name, err)
	}
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("write the configuration of %s: %w", c.name, err)
	}
	if err := errors.Join(text.Execute(out, p), out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// installed tells whether the contender's binary is there.
func (c contender) installed() bool {
	_, err := exec.LookPath(c.binary)
	return err == nil
}

// freePorts finds ports of 127.0.0.1 that nobody listens on at this moment.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer listener.Close() // all are held until all are found: they differ
		ports[i] = listener.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

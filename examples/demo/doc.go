// Command demo measures what the gateway saves in front of the slow API.
//
//	demo -slow-api bin/slow-api -gateway bin/afterburner -config examples/products.yaml
//
// It starts both on free ports and sends one seeded workload to the API
// directly and through the gateway, in blocks that take turns, so that whatever
// else the machine does meets both alike. The gateway starts with an empty
// cache. Every pair of answers is compared. The exit code is 1 if one differed
// or if an improvement is missing.
package main

/** A mistake in the command line; ends the command with exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const HELP = `probepad: run eBPF programs on this machine or on the hosts of a hub

  probepad run FILE…     compile, load and attach; print typed output until Ctrl+C
  probepad check FILE…   compile only
  probepad cost FILE…    measure what the probe costs the programs that it traces
  probepad hosts         the hosts of a hub, or what this machine can do
  probepad agent         join this machine to a hub

run
  --for TIME             end after 500ms, 5s, 2m or 1h
  --events N             end after N events
  --cpus N               end when the run takes more than N CPUs (half of the machine, or what its policy says)
  --map-interval TIME    time between map snapshots (1s)
  --host NAME            a host of the hub; may be given several times
  --export               let the hub hand its numbers and events on, where it was told to (docs/EXPORT.md)
  --format FORMAT        rows of typed columns: csv, jsonl or parquet; stacks for flame graphs: folded, speedscope or pprof
  --source NAME          of this map, buffer or section (the first that the program has)
  --out PATH             into this file; into a folder (dir/) one file for each source; else on standard output
run, cost
  --set NAME=VALUE       value of a \`const volatile\` global
  --attach PROG=TARGET   where a program attaches: eth0:egress, /bin/bash:readline, cpu-clock@99, off, …
run, check, cost
  --type SOURCE=STRUCT   what the records of a source are, where that can't be told; SOURCE:VALUE=STRUCT
                         of those that begin with that number
  --flag FLAG            extra compiler flag: --flag=-DDEBUG
  --json                 one JSON object a line
run, check, cost, hosts
  --hub URL              as \`npm start\` prints it, with its token (or PROBEPAD_TOKEN); without, this machine
agent
  --hub URL              where the hub is
  --join TOKEN           single-use token from "Add host"; --join-file PATH reads it from a file
  --local                this machine is the hub's own
run, check, cost, agent
  --policy PATH          policy file of this machine (/etc/probepad/policy.json)
  --data DIR             folder for caches and credentials
  --verbose              also say what libbpf and the compiler log

Exit code: 0 fine, 1 the probe failed, 2 usage, 3 host or permission.
`;

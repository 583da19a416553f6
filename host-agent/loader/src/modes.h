/* Modes of the loader that are no run. Each returns the exit status. */
#ifndef PROBEPAD_MODES_H
#define PROBEPAD_MODES_H

/* Holds BPF_ENABLE_STATS while fd 0 is open: statistics cost every program about 40 ns a call. */
int statistics_main(void);

/* Tells what processes map and are called, ProcessRecordSchema in protocol/src/loader.ts, while fd 0 is open. */
int processes_main(void);

/* Prints a C header of the BTF in that file. Needs no privilege. */
int dump_btf_main(const char *path);

/* Prints what this machine and these capabilities allow, for the agent's preflight. */
int probe_main(void);

#endif

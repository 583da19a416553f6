/* Modes of the loader that are no run. Each returns the exit status. */
#ifndef PROBEPAD_MODES_H
#define PROBEPAD_MODES_H

/*
 * Turns the kernel's program statistics on and off and samples what programs take, as StatisticsOrderSchema of
 * protocol/src/loader.ts orders on fd 0, until that is closed.
 */
int statistics_main(void);

/* Tells what processes map and are called, ProcessRecordSchema in protocol/src/loader.ts, while fd 0 is open. */
int processes_main(void);

/* Does what traced programs do, a round for each byte on fd 0, and prints how long it took: WorkloadMessageSchema. */
int workload_main(void);

/* Prints /proc/kallsyms with the addresses that CAP_SYSLOG shows. */
int kernel_symbols_main(void);

/* Prints a C header of the BTF in that file. Needs no privilege. */
int dump_btf_main(const char *path);

/* Prints what this machine and these capabilities allow, for the agent's preflight. */
int probe_main(void);

#endif

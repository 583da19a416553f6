/* The modes of the loader. It is the only privileged program of the product; see confine.c for how long. */
#include <stdio.h>
#include <string.h>

#include "janitor.h"
#include "modes.h"
#include "run.h"

static int usage(void)
{
	fputs("usage: probepad-loader run                 one run: orders on fd 0, messages on 1, frames on 3, object on 4\n"
	      "       probepad-loader processes           tells what processes map and are called while stdin is open\n"
	      "       probepad-loader statistics          measures programs: orders on fd 0, samples on 1\n"
	      "       probepad-loader workload            a round of common operations, timed, for each byte on fd 0\n"
	      "       probepad-loader kernel-symbols      prints /proc/kallsyms with its addresses\n"
	      "       probepad-loader dump-btf [FILE]     prints vmlinux.h of the kernel's BTF\n"
	      "       probepad-loader sweep               removes what killed runs left\n"
	      "       probepad-loader probe-capabilities  prints what works here, as JSON\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (!strcmp(mode, "dump-btf") && argc <= 3)
		return dump_btf_main(argc == 3 ? argv[2] : "/sys/kernel/btf/vmlinux");
	if (argc != 2)
		return usage();
	if (!strcmp(mode, "run"))
		return run_main();
	if (!strcmp(mode, "statistics"))
		return statistics_main();
	if (!strcmp(mode, "processes"))
		return processes_main();
	if (!strcmp(mode, "workload"))
		return workload_main();
	if (!strcmp(mode, "kernel-symbols"))
		return kernel_symbols_main();
	if (!strcmp(mode, "sweep"))
		return sweep_main();
	if (!strcmp(mode, "probe-capabilities"))
		return probe_main();
	return usage();
}

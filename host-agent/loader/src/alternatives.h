/*
 * Programs that do the same by two ways, as tools that run on many kernels have them: fentry and kprobe on one function, tp_btf and
 * raw_tp on one tracepoint. Their user space loads one of the two; both would count everything twice.
 */
#ifndef PROBEPAD_ALTERNATIVES_H
#define PROBEPAD_ALTERNATIVES_H

#include <stdbool.h>

struct program;
struct run;

/* Sets `preferred` of each program that only SEC() gives a target and that has a better one beside it. */
void alternatives_find(struct run *run);

/*
 * After a failed load: leaves out the program that the verifier rejected. Where it wrote of none (NULL), leaves the second ways out,
 * and when that failed, too, the first ways instead. False when there is nothing to leave out, or nothing else that does the same.
 */
bool alternatives_narrow(struct run *run, struct program *rejected);

/* Whether the program needn't be attached, because what it does is done. */
bool alternative_needless(const struct program *program);

/* Says which were left out, after attaching. */
void alternatives_tell(const struct run *run);

/* Says which the verifier rejected before it rejected what does the same, and why. */
void alternatives_tell_rejected(const struct run *run);

#endif

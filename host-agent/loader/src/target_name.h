#ifndef PROBEPAD_TARGET_NAME_H
#define PROBEPAD_TARGET_NAME_H

#include <stdbool.h>

#include "spec.h"

/*
 * Whether the names of a target mean the same to all who read them. Kernel and libbpf take some apart again: a kprobe's is read
 * up to the first character that no symbol has, a tracepoint's becomes a path below tracefs, an interface's ends at a
 * colon; what is too long for struct hook would be cut there. Policy would look at one thing and attaching at another.
 * Nor is the inside of a function a target of a return probe.
 */
bool target_name_sound(const struct attach_spec *attach);

#endif

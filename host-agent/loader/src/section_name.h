/* What SEC() says. Source of the section names: libbpf, libbpf.c, section_defs. */
#ifndef PROBEPAD_SECTION_NAME_H
#define PROBEPAD_SECTION_NAME_H

#include "hook.h"

struct section_name {
	enum hook_family family;
	bool is_return;
	const char *target; /* what follows the kind, in the section's own text; "" when nothing does */
};

void section_name_read(const char *section, struct section_name *name);

/*
 * The attach spec that SEC() stands for, so that what policy looks at is what gets attached and libbpf never reads the section
 * a second time by rules of its own. Its strings lie in `text`, which has room for the section.
 * ATTACH_AUTO where SEC() leaves the target out, names none that a kernel could have, or isn't known here (HOOK_OTHER).
 */
void attach_from_section(const char *section, char *text, struct attach_spec *attach);

#endif

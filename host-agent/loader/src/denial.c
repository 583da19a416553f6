/* How the policy refuses: one sentence, whatever it is that a program may not do. */
#include <errno.h>

#include "run.h"

int policy_deny(struct run *run, const struct program *program, const char *what, const char *name)
{
	return fail(&run->failure, "policy", EACCES, program->name, "the host's policy does not allow program %s %s %s",
		    program->name, what, name);
}

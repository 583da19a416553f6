/* Why a run could not go on; becomes one `failed` message. */
#ifndef PROBEPAD_FAILURE_H
#define PROBEPAD_FAILURE_H

struct failure {
	const char *stage; /* one of LOADER_STAGES in protocol/src/loader.ts */
	int error;         /* errno, positive; 0 when none */
	char object[128];  /* program or map at fault, or empty */
	char message[2048];
};

/* Fills `failure` and returns -1, so that a caller can `return fail(...)`. */
int fail(struct failure *failure, const char *stage, int error, const char *object, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif

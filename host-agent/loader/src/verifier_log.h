/* The verifier's text of a rejected program: kept while it is loaded, sent whole as `log` frames. */
#ifndef PROBEPAD_VERIFIER_LOG_H
#define PROBEPAD_VERIFIER_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

/* BPF_LOG_STATS without BPF_LOG_LEVEL: the message and the counts only. linux/bpf_verifier.h. */
#define VERIFIER_LOG_WORDS 4

/*
 * Gives each program that is to be loaded a buffer. libbpf loads without a log first and asks for one only after a rejection,
 * so that the pages are never touched in a run that is well.
 */
void verifier_log_give(struct run *run);
void verifier_log_drop(struct run *run);

/* The program that the verifier wrote about, or NULL. */
struct program *verifier_log_rejected(struct run *run);
/* The text is longer than its buffer: since Linux 6.4 the kernel keeps its end, before that its beginning. */
bool verifier_log_full(const struct run *run, const struct program *program);

/* What the verifier said last of that program: one line, empty when the text is cut in front of it. */
void verifier_log_words(const struct program *program, char *words, size_t size);

/* Sends the text as frames, and its end as a message. `words` stand for an end that did not fit. */
void verifier_log_send(struct run *run, const struct program *program, const char *words);

#endif

/* Caps and times of the loader, in one place. The TypeScript side has its own in protocol/src/limits.ts. */
#ifndef PROBEPAD_BOUNDS_H
#define PROBEPAD_BOUNDS_H

#define KIB 1024u
#define MIB (1024u * KIB)

/* As much as the kernel keeps of one turn of an iterator: kernel/bpf/bpf_iter.c, bpf_seq_read(), PAGE_SIZE << 3. */
#define ITERATOR_RECORD_MAX (32u * KIB)

/* Twin of FRAME_PAYLOAD_MAX and OBJECT_MAX in protocol/src/limits.ts. */
#define FRAME_PAYLOAD_MAX (256u * KIB)
#define OBJECT_MAX (4u * MIB)

/* One line of JSON on fd 0: the spec is the largest. */
#define LINE_MAX_BYTES (4u * MIB)
/*
 * Most of the verifier's text that is kept; of a run with a memory limit at most half of that, where the text counts too. A walk of
 * a million instructions, the kernel's limit, takes 75 MB of text and more. Twin in protocol/src/limits.ts.
 */
#define VERIFIER_LOG_MAX (128u * MIB)
#define VERIFIER_LOG_MIN (1u * MIB)
/* The end of it, with what was wrong and where, also goes as a message. */
#define VERIFIER_LOG_END (1u * MIB)

#define PROGRAMS_MAX 256
#define SOURCES_MAX 256

/* What user space is expected to set when a program leaves it 0. */
#define DEFAULT_MAX_ENTRIES 10240u
#define DEFAULT_RINGBUF_BYTES (256u * KIB)
#define STACK_DEPTH 127u
#define PERF_FREQUENCY_HZ 99u

/*
 * Timed drain, nanoseconds. A drain comes when the ring is expected to be a quarter full, within these bounds;
 * after RING_IDLE_AFTER without a record the loader sleeps on epoll again.
 */
#define RING_INTERVAL_MIN 200000ull
#define RING_INTERVAL_MAX 4000000ull
#define RING_IDLE_AFTER 20000000ull
/* A program that sends with BPF_RB_NO_WAKEUP never wakes us: look at idle rings this often. */
#define RING_IDLE_CHECK 50000000ull
/* Perf buffers are looked at on a timer only, so that no event costs the traced program a wakeup. */
#define PERF_INTERVAL_MAX 10000000ull
#define TRACE_INTERVAL 10000000ull

/* Bytes of perf buffer per CPU, pages of 4 KiB, power of two. Halved while the kernel refuses. */
#define PERF_PAGES_MAX 64u
#define PERF_PAGES_MIN 4u
/* Trace ring of the run's instance, KiB over all CPUs; the kernel's default is 1408 KiB for each. */
#define TRACE_BUFFER_KIB 16384u
#define TRACE_BUFFER_CPU_KIB_MIN 64u
#define TRACE_BUFFER_CPU_KIB_MAX 1408u

/*
 * Stacks that were sent are sent again within this many ns, or so many bytes of them in a round: for who came late or missed a frame.
 * Of a map's stacks so many are looked at in one step: about 2 ms.
 */
#define STACKS_AGAIN 30000000000ull
#define STACKS_AGAIN_BYTES (128u * KIB)
#define STACKS_PER_STEP 2048u

/* After a stop the agent gets this long to take what is left, nanoseconds. */
#define STOP_PATIENCE 1000000000ull
/* The janitor tries this long to remove what a dying loader still holds. */
#define JANITOR_PATIENCE 1000000000ull

#endif

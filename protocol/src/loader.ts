/**
 * Agent ↔ loader, one process per run. Descriptors of the loader:
 *
 * | fd | direction | what |
 * |---:|-----------|------|
 * |  0 | in  | JSON lines: the setup, the spec, then `LoaderCommand`s. EOF means the agent is gone: clean up and exit. |
 * |  1 | out | JSON lines: `LoaderMessage`s |
 * |  2 | out | libbpf's log, for the agent's log only |
 * |  3 | out | frames (frames.ts), a pipe or socket |
 * |  4 | in  | the object file, `object_size` bytes |
 *
 * Field names are snake_case because C reads and writes them. `test/contract` holds the C side to golden copies of both.
 */
import * as z from 'zod/mini';

const Hex = z.string().check(z.regex(/^([0-9a-f]{2})*$/));

/** How a program is attached. `auto`: as SEC() says. */
export const AttachSpecSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto') }),
  /** Loaded, not attached: the program is called by others (tail call, freplace, struct_ops). */
  z.object({ type: z.literal('none') }),
  /** Not even loaded. */
  z.object({ type: z.literal('off') }),
  z.object({ type: z.literal('tracepoint'), category: z.string(), name: z.string() }),
  z.object({ type: z.literal('raw_tracepoint'), name: z.string() }),
  /** fentry, fexit, fmod_ret, tp_btf, lsm: set before load, so another function than SEC()'s may be named. */
  z.object({ type: z.literal('tracing'), function: z.string() }),
  z.object({ type: z.literal('kprobe'), function: z.string(), offset: z.number(), return: z.boolean() }),
  /** Functions by glob, on kernels with kprobe.multi. */
  z.object({ type: z.literal('kprobe_multi'), pattern: z.string(), return: z.boolean() }),
  z.object({ type: z.literal('ksyscall'), syscall: z.string(), return: z.boolean() }),
  /** `function` empty: `offset` alone counts, in the file; a glob: by uprobe.multi (6.6). pid -1: every process. */
  z.object({
    type: z.literal('uprobe'),
    path: z.string(),
    function: z.string(),
    offset: z.number(),
    return: z.boolean(),
    pid: z.number(),
  }),
  z.object({
    type: z.literal('usdt'),
    path: z.string(),
    provider: z.string(),
    name: z.string(),
    pid: z.number(),
  }),
  /** `event`: cpu-clock, task-clock, cycles, instructions, page-faults, context-switches, cache-misses, …; every CPU. */
  z.object({
    type: z.literal('perf_event'),
    event: z.string(),
    /** Samples a second per CPU; 0 when `period` counts. */
    frequency: z.number(),
    period: z.number(),
    pid: z.number(),
  }),
  z.object({ type: z.literal('xdp'), interface: z.string(), mode: z.enum(['default', 'generic', 'native']) }),
  z.object({ type: z.literal('tc'), interface: z.string(), direction: z.enum(['ingress', 'egress']) }),
  z.object({ type: z.literal('cgroup'), path: z.string() }),
  /** A socket of the loader's own on that interface (AF_PACKET), to which the filter is attached. */
  z.object({ type: z.literal('socket_filter'), interface: z.string() }),
  /** Reads the iterator every `interval` ms into `text` frames; 0 reads it once. */
  z.object({ type: z.literal('iter'), interval: z.number() }),
]);
export type AttachSpec = z.infer<typeof AttachSpecSchema>;

/**
 * What the host's policy allows, checked by the loader on the loaded programs before any is attached.
 * Lists of globs with `*` and `?`; an empty allow list allows nothing, `["*"]` everything; deny wins.
 */
export const LoaderPolicySchema = z.object({
  program_types: z.array(z.string()),
  helpers_denied: z.array(z.string()),
  kfuncs_allowed: z.array(z.string()),
  /** Functions, tracepoints and paths that may be attached to; cgroups are denied here too. */
  targets_allowed: z.array(z.string()),
  targets_denied: z.array(z.string()),
  interfaces_allowed: z.array(z.string()),
  /** Paths of the cgroups that cgroup programs may be attached to. */
  cgroups_allowed: z.array(z.string()),
});
export type LoaderPolicy = z.infer<typeof LoaderPolicySchema>;

/** What a loader can do while the program is still being compiled: the first line. */
export const LoaderSetupSchema = z.object({
  version: z.literal(2),
  /** Names the cgroup and the tracing instance: [a-z0-9]{1,32}. */
  run: z.string().check(z.regex(/^[a-z0-9]{1,32}$/)),
  /** Replaces the placeholder `TRACE_TAG_PLACEHOLDER` in read-only data; same length. */
  trace_tag: z.string(),
  /** The program is likely to print: the tracing instance is made at once. It is made later when this was wrong. */
  trace: z.boolean(),
  /** Memory the run's maps may take, bytes; the run fails where it can't be limited. 0 makes no memory cgroup. */
  memory_bytes: z.number(),
  /** uid and gid to run as after the privileged set-up; only when started as root. */
  uid: z.number(),
  gid: z.number(),
});
export type LoaderSetup = z.infer<typeof LoaderSetupSchema>;

/** The second line, with the object on fd 4. */
export const LoaderSpecSchema = z.object({
  stream: z.number(),
  object_size: z.number(),
  params: z.array(z.object({ section: z.string(), offset: z.number(), bytes: Hex })),
  /** Sizes given for maps by name; 0 leaves one alone. Unset sizes get defaults in the loader. */
  maps: z.array(z.object({ name: z.string(), max_entries: z.number(), value_size: z.number() })),
  programs: z.array(z.object({ name: z.string(), attach: AttachSpecSchema })),
  policy: LoaderPolicySchema,
  sources: z.array(
    z.object({
      id: z.number(),
      /** `records`, of one size, and `text` are what iterator programs write. */
      kind: z.enum(['ringbuf', 'perf', 'map', 'globals', 'trace', 'text', 'records']),
      /** Map, section map (`.bss`) or iterator program; empty for `trace`. */
      name: z.string(),
      /** Milliseconds between snapshots of `map` and `globals`. */
      interval: z.number(),
      /** For `records`: bytes, at most ITERATOR_RECORD_MAX. They come in `events` frames. */
      record_size: z.optional(z.number()),
    }),
  ),
  lost_sites: z.array(z.object({ section: z.string(), offset: z.number(), source: z.number() })),
  /** Milliseconds between `counts` messages. */
  counts_interval: z.number(),
});
export type LoaderSpec = z.infer<typeof LoaderSpecSchema>;

export const LoaderCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('interval'), source: z.number(), interval: z.number() }),
  z.object({ type: z.literal('write'), source: z.number(), offset: z.number(), bytes: Hex }),
  /** Puts an entry into a map, in the place of one with that key. */
  z.object({ type: z.literal('put'), source: z.number(), key: Hex, value: Hex }),
]);
export type LoaderCommand = z.infer<typeof LoaderCommandSchema>;

/** What a loader was doing when it failed. `target`: this kernel has nothing of what the programs attach to. */
export const LOADER_STAGES = [
  'spec',
  'limit',
  'open',
  'load',
  'policy',
  'target',
  'attach',
  'stream',
] as const;

export const LoaderMessageSchema = z.discriminatedUnion('type', [
  /** Something was changed so that the program runs: a default size, a program turned off because its target is absent. */
  z.object({ type: z.literal('remark'), text: z.string() }),
  z.object({
    type: z.literal('loaded'),
    milliseconds: z.number(),
    programs: z.array(
      z.object({ name: z.string(), id: z.number(), type: z.string(), instructions: z.number() }),
    ),
    maps: z.array(z.object({ name: z.string(), id: z.number(), type: z.string(), max_entries: z.number() })),
  }),
  z.object({
    type: z.literal('program'),
    name: z.string(),
    state: z.enum(['attached', 'off', 'failed']),
    target: z.string(),
    /** Kernel errno, positive; 0 when none. */
    errno: z.number(),
    detail: z.string(),
  }),
  /** All that could be attached is, capabilities are gone, data flows. */
  z.object({
    type: z.literal('running'),
    milliseconds: z.number(),
    attached: z.number(),
    monotonic_ns: z.string(),
    realtime_ns: z.string(),
  }),
  /** One program was rejected: the end of the verifier's text, at most a MiB. The whole has gone as `log` frames before. */
  z.object({ type: z.literal('verifier_log'), program: z.string(), log: z.string() }),
  z.object({
    type: z.literal('counts'),
    /** Decimal strings of u64, cumulative. `delivered` were written to fd 3. */
    sources: z.array(z.object({ id: z.number(), delivered: z.string(), lost: z.string() })),
    programs: z.array(z.object({ name: z.string(), run_count: z.string(), run_time_ns: z.string() })),
  }),
  z.object({
    type: z.literal('failed'),
    stage: z.enum(LOADER_STAGES),
    errno: z.number(),
    /** The program or map at fault, empty when none. */
    object: z.string(),
    message: z.string(),
  }),
  /** The last message of a run that ended well. */
  z.object({ type: z.literal('ended'), reason: z.enum(['stopped', 'agent_gone', 'completed']) }),
]);
export type LoaderMessage = z.infer<typeof LoaderMessageSchema>;

const HexNumber = z.string().check(z.regex(/^[0-9a-f]{1,16}$/));
const Pid = z.int().check(z.gte(0));

/**
 * What `probepad-loader processes` tells on fd 1, a JSON line each. `time` is CLOCK_MONOTONIC in ns: each CPU tells in order, several
 * CPUs do not. Source: perf_event_open(2), the records of which they are.
 */
export const ProcessRecordSchema = z.discriminatedUnion('type', [
  /** From here on nothing is missed but what `lost` counts. */
  z.object({ type: z.literal('watching') }),
  /** Code was mapped at `start` up to but not including `end`, from `offset` of the file on. Inode 0: no file. */
  z.object({
    type: z.literal('map'),
    time: z.number(),
    pid: Pid,
    start: HexNumber,
    end: HexNumber,
    offset: HexNumber,
    major: z.number(),
    minor: z.number(),
    inode: HexNumber,
    path: z.string(),
  }),
  /** A process got a name. `exec`: by execve(2), so that all that it had mapped is gone. */
  z.object({ type: z.literal('name'), time: z.number(), pid: Pid, name: z.string(), exec: z.boolean() }),
  /** A child has what its parent has mapped. */
  z.object({ type: z.literal('fork'), time: z.number(), pid: Pid, parent: Pid }),
  z.object({ type: z.literal('exit'), time: z.number(), pid: Pid }),
  z.object({ type: z.literal('lost'), count: z.number() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ProcessRecord = z.infer<typeof ProcessRecordSchema>;

/** A line for `probepad-loader statistics`; each replaces the one before. */
export const StatisticsOrderSchema = z.object({
  /** Statistics stay on, for viewers of each program's runs and times. */
  hold: z.boolean(),
  /** Ids of programs to sample: twice a second, for 50 ms, statistics are on and what these take is said. */
  programs: z.array(z.number()),
});
export type StatisticsOrder = z.infer<typeof StatisticsOrderSchema>;

/** What it answers. */
export const StatisticsMessageSchema = z.discriminatedUnion('type', [
  /** Statistics are on, and stay so. */
  z.object({ type: z.literal('on') }),
  /** What each program took within the window; 0 for one that is gone. */
  z.object({
    type: z.literal('sample'),
    window_ns: z.number(),
    programs: z.array(z.object({ id: z.number(), run_time_ns: z.number() })),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);

/** What `probepad-loader workload` answers: that it is there, then a round for each byte on its input. */
export const WorkloadMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), pid: z.number() }),
  z.object({
    type: z.literal('round'),
    /** Nanoseconds of one operation, a number a batch. */
    operations: z.array(z.object({ name: z.string(), nanoseconds: z.array(z.number()) })),
  }),
]);

/**
 * The wrapper header puts this text in front of every bpf_printk format; the loader replaces it, in read-only data, by the
 * run's own tag of the same length, and filters its tracing instance by that. Printable and without `%`, `*`, `?`, `[`, because
 * the kernel refuses other formats (linux/kernel/bpf/helpers.c, bpf_bprintf_prepare) and the filter is a glob.
 */
export const TRACE_TAG_PLACEHOLDER = '~pp:TAGxxxx~';
/** The section where the wrapper header keeps one u64 counter per call site that may fail. */
export const LOST_SECTION = '.data.probepad';
/**
 * Bytes of the largest record that an iterator program can write: the kernel keeps that much of one turn of it
 * (kernel/bpf/bpf_iter.c, bpf_seq_read()).
 */
export const ITERATOR_RECORD_MAX = 32_768;
/** The section, never loaded, whose variables carry the types of sent records into BTF. */
export const EVENTS_SECTION = 'probepad.events';

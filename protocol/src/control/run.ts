import * as z from 'zod/mini';
import { DiagnosticSchema } from '../diagnostics.ts';
import { ProbepadErrorSchema } from '../errors.ts';
import { FILE_NAME_PATTERN, SNIPPET_FILES_MAX } from '../limits.ts';
import { ProbeSchemaSchema } from '../schema.ts';

export const SourceFileSchema = z.object({
  name: z.string().check(z.regex(FILE_NAME_PATTERN)),
  text: z.string(),
});
export type SourceFile = z.infer<typeof SourceFileSchema>;

/** The file that is compiled, for whoever asks: the first `.c` file. The others are there to be included. */
export function mainFileOf<F extends Pick<SourceFile, 'name'>>(files: readonly F[]): F | undefined {
  return files.find(({ name }) => name.endsWith('.c'));
}

/** What is compiled and how it is run, the same on every host it goes to. */
export const ProbeInputSchema = z.object({
  /** The first `.c` file is compiled; the others may be included by it. */
  files: z.array(SourceFileSchema).check(z.minLength(1), z.maxLength(SNIPPET_FILES_MAX)),
  /** Extra compiler flags, from an allow-list: -D, -U, -W, -O1/-O2/-Os. */
  flags: z.array(z.string()),
  /** Values of `const volatile` globals by name, in C notation: `42`, `-1`, `true`, `bash`, `ENUM_NAME`. */
  params: z.record(z.string(), z.string()),
  /** Attach targets by program name; `off` leaves a program out. Absent: as SEC() says. */
  attach: z.record(z.string(), z.string()),
  limits: z.object({
    /** Ends the run after this many seconds; 0 means until stopped (the host's policy may say less). */
    seconds: z.number(),
    /** Ends the run after this many events of all sources; 0 means no limit. */
    events: z.number(),
    /** CPUs that the run may take (1 is one CPU wholly): its programs and its loader. 0 means what the host's policy says. */
    cpus: z._default(z.number().check(z.gte(0)), 0),
  }),
  /** Milliseconds between map snapshots. */
  mapInterval: z.number(),
  /** The hub may hand its numbers and events on, to Prometheus and OTLP, where it was told to (docs/EXPORT.md). */
  exported: z.optional(z.boolean()),
});
export type Probe = z.infer<typeof ProbeInputSchema>;

export const RUN_STATES = ['compiling', 'loading', 'attaching', 'running', 'stopping', 'ended'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const END_REASONS = [
  'stopped',
  'completed',
  'time_limit',
  'event_limit',
  'budget_exceeded',
  'lease_lost',
  'crashed',
  'policy',
  'compile_error',
  'verifier_rejected',
  'load_failed',
  'attach_failed',
  'host_lost',
] as const;
export type EndReason = (typeof END_REASONS)[number];

export const ProgramStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'attached', 'off', 'failed']),
  /** The target it got: `tracepoint/syscalls/sys_enter_openat`, `eth0 ingress`. */
  target: z.string(),
  /** Why it is off or failed. */
  detail: z.string(),
});
export type ProgramStatus = z.infer<typeof ProgramStatusSchema>;

export const TimingSchema = z.object({
  /** Milliseconds; absent until known. */
  compile: z.optional(z.number()),
  load: z.optional(z.number()),
  attach: z.optional(z.number()),
  /** From the request's arrival at the agent to the first event or trace line. */
  first_event: z.optional(z.number()),
});
export type Timing = z.infer<typeof TimingSchema>;

/** Where records of one source went so far; `produced` is the sum of the others. */
export const SourceCountsSchema = z.object({
  produced: z.number(),
  delivered: z.number(),
  dropped: z.object({ kernel: z.number(), agent: z.number(), hub: z.number(), viewer: z.number() }),
});
export type SourceCounts = z.infer<typeof SourceCountsSchema>;

/** One run on one host, always the whole of what is known: a later status replaces an earlier one. */
export const RunStatusSchema = z.object({
  run: z.string(),
  host: z.string(),
  /** The `stream` of its frames. */
  stream: z.number(),
  state: z.enum(RUN_STATES),
  reason: z.optional(z.enum(END_REASONS)),
  error: z.optional(ProbepadErrorSchema),
  diagnostics: z.array(DiagnosticSchema),
  programs: z.array(ProgramStatusSchema),
  timing: TimingSchema,
  /** Remarks of the loader on what it changed: a default size, a program turned off. */
  remarks: z.array(z.string()),
  /** CLOCK_REALTIME minus CLOCK_MONOTONIC of the host in ns, decimal: turns `time_ns` into wall time. */
  clockOffset: z.optional(z.string()),
  /** Milliseconds since 1970. */
  started: z.number(),
  ended: z.optional(z.number()),
  /** Of a run that is over: what the hub got and lost of each source, whoever watched. Here `delivered` is to the hub. */
  totals: z.optional(z.record(z.string(), SourceCountsSchema)),
});
export type RunStatus = z.infer<typeof RunStatusSchema>;

export const ProgramCountsSchema = z.object({
  name: z.string(),
  /** Both only grow, and only while statistics are on. Source: linux/bpf.h, struct bpf_prog_info. */
  runCount: z.number(),
  runTimeNs: z.number(),
});

/** Counters of one run on one host, about twice a second. */
export const RunCountsSchema = z.object({
  stream: z.number(),
  sources: z.record(z.string(), SourceCountsSchema),
  /** CPUs that the run takes, over the last one and a half seconds; absent while that is not known. */
  cpus: z.optional(z.number()),
  /** Present while somebody looks at the cost. */
  programs: z.optional(z.array(ProgramCountsSchema)),
});
export type RunCounts = z.infer<typeof RunCountsSchema>;

/** The schema of one stream; sent once, before its frames. */
export const StreamSchemaSchema = z.object({ stream: z.number(), schema: ProbeSchemaSchema });
export type StreamSchema = z.infer<typeof StreamSchemaSchema>;

/** What compiling without running gives. */
export const CompileResultSchema = z.object({
  ok: z.boolean(),
  diagnostics: z.array(DiagnosticSchema),
  schema: z.optional(ProbeSchemaSchema),
  /** sha256 of the object, hex. */
  object: z.optional(z.string()),
  cached: z.boolean(),
  milliseconds: z.number(),
});
export type CompileResult = z.infer<typeof CompileResultSchema>;

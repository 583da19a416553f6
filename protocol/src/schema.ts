import * as z from 'zod/mini';

/**
 * What a compiled program says about itself, made from its ELF and BTF before anything is loaded. A run begins with
 * one schema; every frame after it is read with the schema alone.
 */

const TypeId = z.number();

/** Sizes and offsets in bytes unless named bits. Ids are indexes into `ProbeSchema.types`. Source: Documentation/bpf/btf.rst. */
export const TypeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('void') }),
  z.object({
    kind: z.literal('int'),
    name: z.string(),
    size: z.number(),
    signed: z.boolean(),
    /** How the kernel's types mean it: `char` holds text when in an array, `bool` prints as true or false. */
    encoding: z.enum(['integer', 'char', 'bool']),
  }),
  z.object({ kind: z.literal('float'), name: z.string(), size: z.number() }),
  z.object({
    kind: z.literal('enum'),
    name: z.string(),
    size: z.number(),
    signed: z.boolean(),
    /** Name and decimal value; a string because a 64-bit enum does not fit a number. */
    values: z.array(z.tuple([z.string(), z.string()])),
  }),
  z.object({ kind: z.literal('pointer'), target: TypeId }),
  z.object({ kind: z.literal('array'), element: TypeId, length: z.number() }),
  z.object({
    kind: z.enum(['struct', 'union']),
    name: z.string(),
    size: z.number(),
    members: z.array(
      z.object({
        /** Empty for an anonymous struct or union, whose members belong to the parent. */
        name: z.string(),
        type: TypeId,
        offsetBits: z.number(),
        /** Present for bitfields only. */
        bitSize: z.optional(z.number()),
        /** Values of `btf_decl_tag("probepad:…")` on this member, without the prefix. */
        tags: z.optional(z.array(z.string())),
        /** Of a list: the enum whose values count its elements. */
        index: z.optional(TypeId),
      }),
    ),
  }),
  z.object({ kind: z.literal('typedef'), name: z.string(), target: TypeId }),
  /** A forward declaration or function: nothing to decode but its size, 0 where unknown. */
  z.object({ kind: z.literal('opaque'), name: z.string(), size: z.number() }),
]);
export type Type = z.infer<typeof TypeSchema>;

export const ProgramSchema = z.object({
  /** The C function. */
  name: z.string(),
  /** As written in SEC(). */
  section: z.string(),
  /** bpftool's word: tracepoint, raw_tracepoint, tracing, kprobe, perf_event, xdp, sched_cls, cgroup_skb, lsm, … */
  type: z.string(),
  /** The part of SEC() that names the hook: `syscalls/sys_enter_openat`, `vfs_read`; empty when SEC() names none. */
  target: z.string(),
  /** How the program attaches; what `--attach name=target` has to look like follows from it. */
  attach: z.enum([
    'tracepoint',
    'raw_tracepoint',
    'tp_btf',
    'fentry',
    'fexit',
    'fmod_ret',
    'kprobe',
    'kretprobe',
    'kprobe_multi',
    'ksyscall',
    'kretsyscall',
    'uprobe',
    'uretprobe',
    'usdt',
    'perf_event',
    'xdp',
    'tc',
    'cgroup',
    'lsm',
    'socket_filter',
    'iter',
    'struct_ops',
    'none',
  ]),
  /** True when SEC() leaves out what the kernel needs and nothing else gives it. */
  needsTarget: z.boolean(),
  /** An example of a target for this program, for forms and error texts. */
  targetExample: z.string(),
  /** Where the function starts in the user's files. */
  file: z.optional(z.string()),
  line: z.optional(z.number()),
});
export type Program = z.infer<typeof ProgramSchema>;

/** One candidate layout of a record. `size` is the type's size, so that several may be told apart. */
const RecordTypeSchema = z.object({ type: TypeId, size: z.number() });

export const SourceSchema = z.object({
  /** Small and dense; the `source` field of frames. */
  id: z.number(),
  /** The map, section or program that it comes from. Unique within the schema. */
  name: z.string(),
  kind: z.enum(['events', 'map', 'globals', 'trace', 'text']),
  /** bpftool's word for the map type: ringbuf, perf_event_array, hash, percpu_array, lru_hash, … Empty for what is no map: trace, and text and events of an iterator. */
  mapType: z.string(),
  keySize: z.number(),
  valueSize: z.number(),
  maxEntries: z.number(),
  perCpu: z.boolean(),
  keyType: z.optional(TypeId),
  valueType: z.optional(TypeId),
  /** For `events`: what the records are; empty when unknown, they are shown as bytes then. */
  records: z.array(RecordTypeSchema),
  /** How the record type was found: by `__type(value, …)`, from the call that sends it, by a user's choice, or not. */
  recordsFrom: z.enum(['declared', 'call', 'chosen', 'unknown']),
  /** For `events` whose records are unknown or may be several of one size: all structs of the program's own files. */
  candidates: z.optional(z.array(RecordTypeSchema)),
  /** For `events` that begin with one integer: the record's type by that integer's decimal value, as the program's text or a user tells. */
  byValue: z.optional(z.array(z.tuple([z.string(), TypeId]))),
  /** For `globals`: whether values may be changed while the probe runs (.data and .bss). */
  writable: z.boolean(),
  /** For a stack trace map: its frames are build ids with offsets into the files (BPF_F_STACK_BUILD_ID), not addresses. */
  buildIds: z.optional(z.boolean()),
  /** For a map: no program of the object puts entries into it, they only look for those of others. Absent: one does, or that can't be told. */
  filledOutside: z.optional(z.literal(true)),
  /** For a map of maps: the type of the maps inside. */
  innerMapType: z.optional(z.string()),
  /** Values of `btf_decl_tag("probepad:…")` on the map, without the prefix. */
  tags: z.optional(z.array(z.string())),
});
export type Source = z.infer<typeof SourceSchema>;

/** A `const volatile` global that is set before load. */
export const ParamSchema = z.object({
  name: z.string(),
  /** The map that libbpf makes of the section: `.rodata`. */
  section: z.string(),
  offset: z.number(),
  size: z.number(),
  type: TypeId,
  /** What the program's text sets it to, in the form that `--set` takes. */
  initial: z.string(),
  /** Values of `btf_decl_tag("probepad:…")` on the variable, without the prefix. */
  tags: z.optional(z.array(z.string())),
});
export type Param = z.infer<typeof ParamSchema>;

/** A call site whose failed reserve or output is counted in `.data.probepad` by the wrapper header. */
export const LostSiteSchema = z.object({
  section: z.string(),
  /** Byte offset of the site's u64 counter. */
  offset: z.number(),
  source: z.number(),
});

export const ProbeSchemaSchema = z.object({
  version: z.literal(1),
  license: z.string(),
  programs: z.array(ProgramSchema),
  sources: z.array(SourceSchema),
  params: z.array(ParamSchema),
  types: z.array(TypeSchema),
  /**
   * Names of 16-bit ports (`dport`) that the program hands on in network byte order, as its text tells; their type says only
   * `__u16`. Absent: none.
   */
  networkOrder: z.optional(z.array(z.string())),
  /** Whether the program turns nanoseconds into something else without saying so in a name: `delta` may be microseconds then. */
  dividesTimes: z.optional(z.boolean()),
  /** The powers of a thousand that it divides by then, where it reads a clock; absent: none. */
  timeDivisors: z.optional(z.array(z.number())),
  /** Names of members that it sets to a time less another: a span, where the name (`time`) says a moment. Absent: none. */
  timeDifferences: z.optional(z.array(z.string())),
  /** Whether it counts sizes by the KiB (`log2(size / 1024)`). */
  countsKib: z.optional(z.boolean()),
  /** What a run was given for `params`, in the form that `--set` takes; absent outside of runs. */
  settings: z.optional(z.record(z.string(), z.string())),
  lostSites: z.array(LostSiteSchema),
});
export type ProbeSchema = z.infer<typeof ProbeSchemaSchema>;

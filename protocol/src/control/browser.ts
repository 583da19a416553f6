import * as z from 'zod/mini';
import { CostParams, CostReportSchema } from './cost.ts';
import { Nothing, type RequestTable } from './envelope.ts';
import { HostSchema } from './host.ts';
import { NamesAskedListSchema, NamesResult } from './names.ts';
import {
  CompileResultSchema,
  ProbeInputSchema,
  RunCountsSchema,
  RunStatusSchema,
  SourceFileSchema,
  StreamSchemaSchema,
} from './run.ts';
import { SnippetSchema, SnippetSettingsSchema, SnippetSummarySchema, TemplateSchema } from './snippet.ts';
import {
  TerminalAckParams,
  TerminalExitEvent,
  TerminalInputParams,
  TerminalOpenParams,
  TerminalOutputEvent,
  TerminalRef,
  TerminalResizeParams,
} from './terminal.ts';

/** What a browser or the command line is allowed on this hub. */
export const PermissionSchema = z.enum(['view', 'run', 'author', 'terminal', 'admin']);
export type Permission = z.infer<typeof PermissionSchema>;

/** A run as a list shows it, and as a link to it finds it. */
export const RunSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The files it was started from, so that a second viewer sees the program too. */
  probe: ProbeInputSchema,
  snippet: z.optional(z.object({ id: z.string(), revision: z.number() })),
  started: z.number(),
  ended: z.optional(z.number()),
  statuses: z.array(RunStatusSchema),
});
export type Run = z.infer<typeof RunSchema>;

const RunRef = z.object({ run: z.string() });

/** Lower-case hex of as many bytes as the key or value of an entry may have that is put by hand. */
const ENTRY_BYTES = z.string().check(z.regex(/^([0-9a-f]{2}){1,1024}$/));

/** Browser (or command line) → hub on `/ws`. */
export const BrowserRequests = {
  'hosts.invite': {
    params: z.object({ name: z.string().check(z.maxLength(63)) }),
    /**
     * `host` is the id of the one that will come; `command` what to paste there, in a checkout; `loopback`: the command names the
     * hub by an address that leads to it only on its own machine; `expires` in milliseconds since 1970.
     */
    result: z.object({
      host: z.string(),
      token: z.string(),
      command: z.string(),
      loopback: z.boolean(),
      expires: z.number(),
    }),
  },
  'hosts.revoke': { params: z.object({ host: z.string() }), result: Nothing },
  compile: { params: z.object({ host: z.string(), probe: ProbeInputSchema }), result: CompileResultSchema },
  'run.start': {
    params: z.object({
      hosts: z.array(z.string()).check(z.minLength(1), z.maxLength(64)),
      name: z.string().check(z.maxLength(120)),
      probe: ProbeInputSchema,
      snippet: z.optional(z.object({ id: z.string(), revision: z.number() })),
    }),
    result: RunSchema,
  },
  /** Ends the run on the named hosts, or on all. */
  'run.stop': {
    params: z.object({ run: z.string(), hosts: z.optional(z.array(z.string())) }),
    result: Nothing,
  },
  /** After the reply: schemas, then the last frames marked `replay`, then live frames. */
  'run.watch': { params: RunRef, result: RunSchema },
  'run.unwatch': { params: RunRef, result: Nothing },
  /** Program statistics cost the traced program about 40 ns a call, so they are on only while somebody asks. */
  'run.statistics': { params: z.object({ run: z.string(), on: z.boolean() }), result: Nothing },
  /**
   * Writes a global of .data or .bss on the named hosts, or on all, where the run goes on. `bytes` is hex. Where a variable lies in its
   * section may differ from host to host.
   */
  'run.write': {
    params: z.object({
      run: z.string(),
      hosts: z.optional(z.array(z.string())),
      source: z.string(),
      offset: z.number(),
      bytes: z.string().check(z.regex(/^([0-9a-f]{2}){1,1024}$/)),
    }),
    result: Nothing,
  },
  /**
   * Puts an entry into a map that the programs add none to (`Source.filledOutside`), on the named hosts or on all, where the run goes on.
   * In the place of one with that key. Both are hex, of the map's own sizes.
   */
  'run.put': {
    params: z.object({
      run: z.string(),
      hosts: z.optional(z.array(z.string())),
      source: z.string(),
      key: ENTRY_BYTES,
      value: ENTRY_BYTES,
    }),
    result: Nothing,
  },
  /** Names that only the host of a watched run can give. What any viewer of the run was told is told again without asking the host. */
  'names.resolve': {
    params: z.object({ run: z.string(), host: z.string(), asked: NamesAskedListSchema }),
    result: NamesResult,
  },
  /** Runs the probe a few times on that host, unseen, and tells what it costs those that it traces. Takes some seconds. */
  'cost.measure': { params: CostParams, result: CostReportSchema },
  'runs.list': { params: Nothing, result: z.object({ runs: z.array(RunSchema) }) },
  'snippets.save': {
    params: z.object({
      id: z.optional(z.string()),
      name: z.string().check(z.maxLength(120)),
      files: z.array(SourceFileSchema),
      settings: SnippetSettingsSchema,
    }),
    result: SnippetSchema,
  },
  'snippets.get': {
    params: z.object({ id: z.string(), revision: z.optional(z.number()) }),
    result: SnippetSchema,
  },
  'snippets.list': { params: Nothing, result: z.object({ snippets: z.array(SnippetSummarySchema) }) },
  'templates.list': { params: Nothing, result: z.object({ templates: z.array(TemplateSchema) }) },
  'terminal.open': { params: TerminalOpenParams, result: TerminalRef },
  'terminal.input': { params: TerminalInputParams, result: Nothing },
  'terminal.resize': { params: TerminalResizeParams, result: Nothing },
  'terminal.ack': { params: TerminalAckParams, result: Nothing },
  'terminal.close': { params: TerminalRef, result: Nothing },
} as const satisfies RequestTable;
export type BrowserMethod = keyof typeof BrowserRequests;

/** Hub → browser, unasked. Binary messages beside these are frames of the runs that are watched. */
export const BrowserEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.number(),
    hub: z.string(),
    permissions: z.array(PermissionSchema),
    hosts: z.array(HostSchema),
  }),
  z.object({ type: z.literal('hosts'), hosts: z.array(HostSchema) }),
  z.object({ type: z.literal('run.status'), status: RunStatusSchema }),
  z.object({ type: z.literal('run.schema'), run: z.string(), host: z.string(), ...StreamSchemaSchema.shape }),
  /** Counted for this viewer: `delivered` and `dropped.viewer` are its own. */
  z.object({ type: z.literal('run.counts'), run: z.string(), host: z.string(), counts: RunCountsSchema }),
  TerminalOutputEvent,
  TerminalExitEvent,
  z.object({ type: z.literal('ping'), time: z.number() }),
]);
export type BrowserEvent = z.infer<typeof BrowserEventSchema>;

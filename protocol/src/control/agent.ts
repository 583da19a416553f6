import * as z from 'zod/mini';
import { HelloSchema } from '../version.ts';
import { CostReportSchema } from './cost.ts';
import { Nothing, type RequestTable } from './envelope.ts';
import { HostFactsSchema } from './host.ts';
import { NamesAskedListSchema, NamesResult } from './names.ts';
import {
  CompileResultSchema,
  ProbeInputSchema,
  RunCountsSchema,
  RunStatusSchema,
  StreamSchemaSchema,
} from './run.ts';
import {
  TerminalAckParams,
  TerminalExitEvent,
  TerminalInputParams,
  TerminalOpenParams,
  TerminalOutputEvent,
  TerminalRef,
  TerminalResizeParams,
} from './terminal.ts';

/** An agent's first message on `/agent`. Exactly one of `join` (single use) and `credential` is there. */
export const AgentHelloSchema = z.object({
  ...HelloSchema.shape,
  join: z.optional(z.string().check(z.maxLength(128))),
  credential: z.optional(z.string().check(z.maxLength(256))),
  facts: HostFactsSchema,
  /** Runs that still go on here, from before the connection was lost. */
  runs: z.array(z.object({ run: z.string(), stream: z.number() })),
});
export type AgentHello = z.infer<typeof AgentHelloSchema>;

/** The hub's answer to a good hello; a bad one is answered by a `Refusal`. */
export const AgentWelcomeSchema = z.object({
  type: z.literal('welcome'),
  protocol: z.number(),
  host: z.string(),
  name: z.string(),
  /** Given once, to a host that joined just now. */
  credential: z.optional(z.string()),
  /** Milliseconds without any message from the hub after which the agent ends its runs. */
  lease: z.number(),
  heartbeat: z.number(),
});
export type AgentWelcome = z.infer<typeof AgentWelcomeSchema>;

const ObjectTransfer = z.object({
  /** Blob transfer that brings the object file, for a host that does not compile itself. */
  transfer: z.number(),
  bytes: z.number(),
});

/** Hub → agent. */
export const AgentRequests = {
  compile: {
    params: z.object({
      probe: ProbeInputSchema,
      /** Ask for the object as a blob with this transfer id. */ transfer: z.optional(z.number()),
    }),
    result: CompileResultSchema,
  },
  'run.start': {
    params: z.object({
      run: z.string(),
      stream: z.number(),
      /** Who asked, for the host's own log and its per-user limits. */
      user: z.string(),
      probe: ProbeInputSchema,
      object: z.optional(ObjectTransfer),
    }),
    result: Nothing,
  },
  'run.stop': { params: z.object({ run: z.string() }), result: Nothing },
  /**
   * After a reconnect: `seq` (decimal) is the first record of the source, or the first snapshot of a map, that the hub has not had.
   * The agent sends from there on or declares a gap. A source that is not named here: the hub has had nothing of it.
   */
  'run.resume': {
    params: z.object({
      run: z.string(),
      received: z.array(z.object({ source: z.number(), seq: z.string() })),
    }),
    result: Nothing,
  },
  'run.statistics': { params: z.object({ run: z.string(), on: z.boolean() }), result: Nothing },
  'run.write': {
    params: z.object({ run: z.string(), source: z.string(), offset: z.number(), bytes: z.string() }),
    result: Nothing,
  },
  /** See `BrowserRequests`. */
  'run.put': {
    params: z.object({ run: z.string(), source: z.string(), key: z.string(), value: z.string() }),
    result: Nothing,
  },
  /** Names of values that only the host knows, see `values/name.ts`. */
  'names.resolve': { params: z.object({ asked: NamesAskedListSchema }), result: NamesResult },
  'cost.measure': {
    params: z.object({ measurement: z.string(), user: z.string(), probe: ProbeInputSchema }),
    result: CostReportSchema,
  },
  /** Nobody waits for that measurement any more. */
  'cost.end': { params: z.object({ measurement: z.string() }), result: Nothing },
  /** The target's vmlinux.h, as a blob with this transfer id. */
  'header.get': { params: z.object({ transfer: z.number() }), result: z.object({ bytes: z.number() }) },
  'terminal.open': {
    params: z.object({ ...TerminalOpenParams.shape, terminal: z.string() }),
    result: TerminalRef,
  },
  'terminal.input': { params: TerminalInputParams, result: Nothing },
  'terminal.resize': { params: TerminalResizeParams, result: Nothing },
  'terminal.ack': { params: TerminalAckParams, result: Nothing },
  'terminal.close': { params: TerminalRef, result: Nothing },
} as const satisfies RequestTable;
export type AgentMethod = keyof typeof AgentRequests;

/** Agent → hub, unasked. Binary messages beside these are frames. */
export const AgentEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('facts'), facts: HostFactsSchema }),
  z.object({ type: z.literal('run.status'), status: RunStatusSchema }),
  z.object({ type: z.literal('run.schema'), run: z.string(), ...StreamSchemaSchema.shape }),
  /** `delivered` here means sent to the hub; the hub adds its own places. */
  z.object({ type: z.literal('run.counts'), run: z.string(), counts: RunCountsSchema }),
  TerminalOutputEvent,
  TerminalExitEvent,
  z.object({ type: z.literal('pong'), time: z.number() }),
]);
export type AgentEvent = z.infer<typeof AgentEventSchema>;

/** Hub → agent, unasked: the heartbeat that also renews the lease. */
export const AgentPingSchema = z.object({ type: z.literal('ping'), time: z.number() });

import type { Probe, RunCounts, RunStatus } from '@probepad/protocol/control/run';
import type { Frame } from '@probepad/protocol/frames';
import type { ProbeSchema } from '@probepad/protocol/schema';
import type { AskNames } from './print-order.ts';

/** What one run on one or many hosts tells the command. `host` is the name for people. */
export interface SessionListener {
  /** Not the last one: that is `ended`. */
  status(host: string, status: RunStatus): void;
  /** @param arch as `uname -m` says it on the host, where that is known */
  schema(host: string, schema: ProbeSchema, arch: string | undefined): void;
  counts(host: string, counts: RunCounts): void;
  frame(host: string, frame: Frame): void;
  /** After all frames, with the last counts; `counts` is undefined when there never was a schema. */
  ended(host: string, status: RunStatus, counts: RunCounts | undefined): void;
}

/** A run that was started, here or by a hub. */
export interface Session {
  /** Ends the run in order; `done` tells when. */
  stop(): void;
  /** Resolves when it has ended on every host; rejects with ProbepadFailure when the hub is lost. */
  readonly done: Promise<void>;
  /** Whether frames may come; the output says when it has room. */
  setFlow(open: boolean): void;
  /** Names that only a host can give. */
  names: AskNames;
  close(): Promise<void>;
}

export type StartSession = (probe: Probe, listener: SessionListener) => Promise<Session>;

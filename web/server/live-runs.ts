import type { Run } from '@probepad/protocol/control/browser';
import type { RunStatus } from '@probepad/protocol/control/run';
import type { Bus } from './bus.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';
import { type RunStream, runStream } from './stream.ts';

/** A run with what is in memory for it. */
export interface LiveRun {
  readonly run: Run;
  /** By host. */
  readonly streams: Map<string, RunStream>;
}

/**
 * Runs that go on, and the last that ended, so that a late viewer still finds their frames. Statuses go through here: into
 * the store, and to everybody by the bus.
 */
export interface LiveRuns {
  find(run: string): LiveRun | undefined;
  stream(id: number): RunStream | undefined;
  /** All that are in memory, ended ones too. */
  all(): readonly LiveRun[];
  /** Every stream of a host that has not ended. */
  unfinished(host: string): RunStream[];
  /** @param mid true for a run from before the hub's start */
  add(run: Run, mid: boolean): LiveRun;
  /** Replaces the status of one host. What is over stays over, except that an agent knows better than a guess of the hub. */
  update(status: RunStatus, from: 'agent' | 'hub'): void;
  close(): void;
}

/** Ended runs whose frames stay in memory for late viewers: so many, and so many bytes of frames. */
const ENDED_KEPT = 50;
const ENDED_BYTES = 128 * 1024 * 1024;
/** How long after the end an agent's last frames may still come, when its counters say that some are missing. */
const LAST_FRAMES_WAIT = 500;

export function liveRuns(store: Store, bus: Bus, log: Log): LiveRuns {
  const runs = new Map<string, LiveRun>();
  const streams = new Map<number, RunStream>();
  const waiting = new Set<NodeJS.Timeout>();

  function save(what: string, done: Promise<void>): void {
    done.catch((error: unknown) => log('error', 'store', { what, error: String(error) }));
  }

  /** Forgets the frames of ended runs that nobody watches, oldest first. */
  function makeRoom(): void {
    const ended = [...runs.values()].filter(({ run }) => run.ended !== undefined);
    let count = ended.length;
    let bytes = ended.reduce((sum, live) => sum + bytesOf(live), 0);
    for (const live of ended) {
      if (count <= ENDED_KEPT && bytes <= ENDED_BYTES) return;
      const all = [...live.streams.values()];
      if (all.some((stream) => stream.viewers.size > 0)) continue;
      count--;
      bytes -= bytesOf(live);
      runs.delete(live.run.id);
      for (const stream of all) streams.delete(stream.id);
    }
  }

  function announce(stream: RunStream): void {
    bus.publish({ type: 'run.status', status: stream.status });
  }

  function ended(live: LiveRun, stream: RunStream): void {
    if ([...live.streams.values()].every(({ status }) => status.state === 'ended')) {
      live.run.ended = Date.now();
      save('run end', store.runs.saveEnd(live.run.id, live.run.ended));
      makeRoom();
    }
    const finish = () => {
      stream.closeBooks();
      stream.status = { ...stream.status, totals: stream.totals() };
      live.run.statuses = [...live.streams.values()].map((one) => one.status);
      save('run totals', store.runs.saveStatus(stream.status));
      announce(stream);
    };
    if (stream.outstanding() === 0) {
      finish();
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(timer);
      finish();
    }, LAST_FRAMES_WAIT);
    waiting.add(timer);
  }

  return {
    find: (run) => runs.get(run),
    stream: (id) => streams.get(id),
    all: () => [...runs.values()],
    unfinished(host) {
      return [...streams.values()].filter((one) => one.host === host && one.status.state !== 'ended');
    },
    add(run, mid) {
      const live: LiveRun = { run, streams: new Map() };
      for (const status of run.statuses) {
        const stream = runStream(status, mid);
        live.streams.set(status.host, stream);
        streams.set(stream.id, stream);
      }
      runs.set(run.id, live);
      return live;
    },
    update(status, from) {
      const live = runs.get(status.run);
      const stream = live?.streams.get(status.host);
      if (live === undefined || stream === undefined) return;
      const before = stream.status;
      const guessed = before.reason === 'host_lost' || before.reason === 'crashed';
      const over = before.state === 'ended';
      if (over && !(from === 'agent' && guessed && status.state === 'ended')) return;
      const now: RunStatus = {
        ...status,
        stream: before.stream,
        started: before.started,
        totals: before.totals,
      };
      if (now.state === 'ended') now.ended ??= Date.now();
      stream.status = now;
      live.run.statuses = [...live.streams.values()].map((one) => one.status);
      save('run status', store.runs.saveStatus(now));
      if (now.state === 'ended' && !over) ended(live, stream);
      else announce(stream);
    },
    close() {
      for (const timer of waiting) clearTimeout(timer);
    },
  };
}

const bytesOf = ({ streams }: LiveRun) =>
  [...streams.values()].reduce((sum, { ring }) => sum + ring.bytes, 0);

import type { Decoder } from '../session/decoder.ts';
import type { Engine } from './engine.ts';
import { createIntake } from './intake.ts';
import type { Command, FromWorker, Query } from './messages.ts';

interface Waiting {
  resolve(answer: unknown): void;
  reject(failure: Error): void;
}

/** Starts the worker and speaks with it. Buffers of frames are transferred, not copied. */
export function startDecoder(): Decoder {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'decode' });
  const waiting = new Map<number, Waiting>();
  const nameListeners = new Set<Parameters<Decoder['onUnnamed']>[0]>();
  const listeners = new Set<(changed: ReadonlySet<string>) => void>();
  let nextId = 1;

  const intake = createIntake((message) => command('frames', message));

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.type === 'changed') {
      const keys = new Set(data.keys);
      for (const listener of listeners) listener(keys);
      return;
    }
    if (data.type === 'unnamed') {
      for (const listener of nameListeners) listener(data.stream, data.asked);
      return;
    }
    if (data.type === 'taken') {
      intake.taken(data.bytes);
      return;
    }
    const entry = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.type === 'answer') entry?.resolve(data.answer);
    else entry?.reject(new Error(data.message));
  };

  function command<C extends Command>(name: C, ...given: Parameters<Engine[C]>): void {
    const transfer = given.filter((each): each is ArrayBuffer => (each as unknown) instanceof ArrayBuffer);
    worker.postMessage({ command: name, arguments: given }, transfer);
  }

  function query<Q extends Query>(name: Q, ...given: Parameters<Engine[Q]>): Promise<ReturnType<Engine[Q]>> {
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      worker.postMessage({ query: name, id, arguments: given });
    });
  }

  return {
    know: (stream) => command('know', stream),
    open: (opening) => command('open', opening),
    retype: (stream, schema) => command('retype', stream, schema),
    clock: (stream, offset) => command('clock', stream, offset),
    frames: intake.offer,
    dropped: intake.dropped,
    recount: intake.recount,
    named: (stream, found, again) => command('named', stream, found, again),
    onUnnamed(listener) {
      nameListeners.add(listener);
      return () => nameListeners.delete(listener);
    },
    forget: (run) => command('forget', run),
    rows: (asked) => query('rows', asked),
    map: (asked) => query('map', asked),
    file: (asked) => query('file', asked),
    facts: (row) => query('facts', row),
    series: (asked) => query('series', asked),
    distributions: (asked) => query('distributions', asked),
    heatmaps: (asked) => query('heatmaps', asked),
    ranking: (asked) => query('ranking', asked),
    flame: (asked) => query('flame', asked),
    topology: (asked) => query('topology', asked),
    keepFlame: (asked) => command('keepFlame', asked),
    globals: (source) => query('globals', source),
    log: (run) => query('log', run),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

import type { Decoder } from '../session/decoder.ts';
import type { HubSocketEvents } from '../session/hub-socket.ts';
import type { Engine } from './engine.ts';
import type { Command, FromWorker, Query, SocketCommand } from './messages.ts';

interface Waiting {
  resolve(answer: unknown): void;
  reject(failure: Error): void;
}

const NONE: ReadonlyMap<number, number> = new Map();

/** Starts the worker and speaks with it. */
export function startDecoder(): Decoder {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'decode' });
  const waiting = new Map<number, Waiting>();
  const nameListeners = new Set<Parameters<Decoder['onUnnamed']>[0]>();
  const listeners = new Set<(changed: ReadonlySet<string>) => void>();
  let nextId = 1;

  const sockets = new Map<number, HubSocketEvents>();
  const dropped = new Map<number, ReadonlyMap<number, number>>();

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
    if (data.type === 'dropped') {
      dropped.set(data.stream, new Map(data.counts));
      return;
    }
    if (data.type === 'text') {
      try {
        sockets.get(data.id)?.text(data.text);
      } finally {
        if (data.answer) socketCommand({ socket: 'heard', id: data.id });
      }
      return;
    }
    if (data.type === 'socket') {
      const socket = sockets.get(data.id);
      if (data.event === 'close') sockets.delete(data.id);
      socket?.[data.event]();
      return;
    }
    const entry = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.type === 'answer') entry?.resolve(data.answer);
    else entry?.reject(new Error(data.message));
  };

  function command<C extends Command>(name: C, ...given: Parameters<Engine[C]>): void {
    worker.postMessage({ command: name, arguments: given });
  }

  function socketCommand(given: SocketCommand): void {
    worker.postMessage(given);
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
    socket(url, on) {
      const id = nextId++;
      sockets.set(id, on);
      socketCommand({ socket: 'open', id, url });
      return {
        send: (text) => socketCommand({ socket: 'send', id, text }),
        close: () => socketCommand({ socket: 'close', id }),
      };
    },
    dropped: (stream) => dropped.get(stream) ?? NONE,
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
    leading: (source) => query('leading', source),
    series: (asked) => query('series', asked),
    distributions: (asked) => query('distributions', asked),
    heatmaps: (asked) => query('heatmaps', asked),
    ranking: (asked) => query('ranking', asked),
    flame: (asked) => query('flame', asked),
    topology: (asked) => query('topology', asked),
    keepFlame: (asked) => command('keepFlame', asked),
    globals: (asked) => query('globals', asked),
    log: (run) => query('log', run),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

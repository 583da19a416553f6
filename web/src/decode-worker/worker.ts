import { isUnfinished } from '../session/aggregates.ts';
import { createEngine } from './engine.ts';
import { createHubSockets } from './hub-sockets.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** The Web Worker: the engine behind messages. */

interface WorkerScope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

/** Changes are told at most this often, in milliseconds: as often as a person can read. */
const TELL_INTERVAL = 100;
/** What runs past faster than anybody reads is drawn less often: drawing costs more than reading does. */
const TELL_INTERVAL_FAST = 250;
/** Records that came since it was told last. */
const FAST = 2_000;

const dirty = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let toldAt = 0;
let came = 0;

function tellWhenDue(): void {
  const interval = came > FAST ? TELL_INTERVAL_FAST : TELL_INTERVAL;
  const left = toldAt + interval - performance.now();
  if (left > 0) {
    timer = setTimeout(tellWhenDue, left);
    return;
  }
  timer = undefined;
  toldAt = performance.now();
  scope.postMessage({ type: 'changed', keys: [...dirty] });
  dirty.clear();
  came = 0;
}

const engine = createEngine(
  (key, records = 0) => {
    dirty.add(key);
    came += records;
    if (timer === undefined) timer = setTimeout(tellWhenDue);
  },
  undefined,
  undefined,
  (stream, asked) => scope.postMessage({ type: 'unnamed', stream, asked }),
);

const sockets = createHubSockets((message) => scope.postMessage(message), engine.frames);

scope.onmessage = ({ data }) => {
  if ('socket' in data) {
    sockets.take(data);
    return;
  }
  if ('command' in data) {
    (engine[data.command] as (...given: unknown[]) => void)(...data.arguments);
    return;
  }
  answer(data, performance.now());
};

/** An answer that is being worked on is waited for so long in ms: most are whole by then, and nobody sees a half one. */
const PATIENCE = 180;
/** A turn of work takes longer than this, in ms. */
const IDLE = 2;

const turns = new MessageChannel();
/** What goes on once the messages that have come by now have had their turn. */
const later: (() => void)[] = [];
turns.port1.onmessage = () => later.shift()?.();

function answer(asked: Extract<ToWorker, { query: unknown }>, since: number): void {
  const begun = performance.now();
  try {
    const found = (engine[asked.query] as (...given: unknown[]) => unknown)(...asked.arguments);
    const now = performance.now();
    // What comes back at once waits for something else, and would only be asked in circles.
    if (isUnfinished(found) && now - begun > IDLE && now - since < PATIENCE) {
      later.push(() => answer(asked, since));
      turns.port2.postMessage(undefined);
      return;
    }
    scope.postMessage({ type: 'answer', id: asked.id, answer: found });
  } catch (thrown) {
    scope.postMessage({ type: 'failure', id: asked.id, message: String(thrown) });
  }
}

import { createEngine } from './engine.ts';
import { TAKEN_STEP } from './intake.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** The Web Worker: the engine behind messages. */

interface WorkerScope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}
const scope = globalThis as unknown as WorkerScope;

/** Changes are told at most this often, in milliseconds: as often as a person can read. */
const TELL_INTERVAL = 100;

const dirty = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let toldAt = 0;

function tell(): void {
  timer = undefined;
  toldAt = performance.now();
  scope.postMessage({ type: 'changed', keys: [...dirty] });
  dirty.clear();
}

const engine = createEngine(
  (key) => {
    dirty.add(key);
    if (timer === undefined) {
      timer = setTimeout(tell, Math.max(0, TELL_INTERVAL - (performance.now() - toldAt)));
    }
  },
  undefined,
  undefined,
  (stream, asked) => scope.postMessage({ type: 'unnamed', stream, asked }),
);

let taken = 0;

/** Tells the page that room is free again, not for each small message. */
function acknowledge(bytes: number): void {
  taken += bytes;
  if (taken < TAKEN_STEP) return;
  scope.postMessage({ type: 'taken', bytes: taken });
  taken = 0;
}

scope.onmessage = ({ data }) => {
  if ('command' in data) {
    if (data.command === 'frames') {
      const [message] = data.arguments;
      try {
        engine.frames(message);
      } finally {
        acknowledge(message.byteLength);
      }
      return;
    }
    (engine[data.command] as (...given: unknown[]) => void)(...data.arguments);
    return;
  }
  answer(data, performance.now());
};

/** An answer that is being worked on is waited for so long in ms: most are whole by then, and nobody sees a half one. */
const PATIENCE = 110;
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

function isUnfinished(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'searching' in answer && answer.searching === true;
}

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

const engine = createEngine((key) => {
  dirty.add(key);
  if (timer === undefined) {
    timer = setTimeout(tell, Math.max(0, TELL_INTERVAL - (performance.now() - toldAt)));
  }
});

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
  try {
    const answer = (engine[data.query] as (...given: unknown[]) => unknown)(...data.arguments);
    scope.postMessage({ type: 'answer', id: data.id, answer });
  } catch (thrown) {
    scope.postMessage({ type: 'failure', id: data.id, message: String(thrown) });
  }
};

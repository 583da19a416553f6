import { createEngine } from './engine.ts';
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

scope.onmessage = ({ data }) => {
  if ('command' in data) {
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

import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';

/** Where the inspector of a Node process listens that was sent SIGUSR1. Source: Node's documentation of `--inspect-port`. */
const INSPECTOR = 'http://127.0.0.1:9229/json/list';
const PATIENCE = 10_000;

/**
 * Has another Node process of this machine collect its garbage, so that what it still holds is what it needs: before, its size tells more
 * of when it last did. It is for one process that ends soon: its inspector's port is the same as any other's and stays open (Node 24 may
 * crash where it is closed).
 */
export async function collectGarbage(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await inspectorUrl());
  let answered: (answer: Answer) => void = () => {};
  socket.on('message', (text) => answered(JSON.parse(String(text)) as Answer));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const gone = new Promise<never>((_resolve, reject) =>
    socket.once('close', () => reject(new Error(`process ${pid} has ended`))),
  );
  gone.catch(() => {});
  const ask = (id: number, method: string, params: object = {}): Promise<Answer> =>
    Promise.race([
      gone,
      new Promise<Answer>((resolve) => {
        answered = (answer) => answer.id === id && resolve(answer);
        socket.send(JSON.stringify({ id, method, params }));
      }),
    ]);
  const { result } = await ask(0, 'Runtime.evaluate', { expression: 'process.pid' });
  if (result?.result?.value !== pid) throw new Error(`the inspector is not that of process ${pid}`);
  // What one collection finds dead may hold buffers that the next one frees.
  await ask(1, 'HeapProfiler.collectGarbage');
  await ask(2, 'HeapProfiler.collectGarbage');
  socket.close();
}

interface Answer {
  id: number;
  result?: { result?: { value?: unknown } };
}

async function inspectorUrl(): Promise<string> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await delay(20)) {
    const targets = (await listed()) as { webSocketDebuggerUrl: string }[] | undefined;
    if (targets?.[0]) return targets[0].webSocketDebuggerUrl;
  }
  throw new Error('no inspector');
}

async function listed(): Promise<unknown> {
  try {
    return await (await fetch(INSPECTOR)).json();
  } catch {
    return undefined;
  }
}

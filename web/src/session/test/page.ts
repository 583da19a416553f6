import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Decoder } from '../decoder.ts';
import { useSession } from '../hosts.ts';
import { startSession } from '../session.ts';
import { useWorkspace } from '../workspace.ts';
import { fakeHub } from './fake-hub.ts';
import { plainSocket } from './plain-socket.ts';

/** Takes everything and shows nothing. */
const NO_DECODER = {
  know: () => undefined,
  open: () => undefined,
  clock: () => undefined,
  dropped: () => new Map(),
  socket: plainSocket(),
  forget: () => undefined,
  named: () => undefined,
  onUnnamed: () => () => undefined,
} as unknown as Decoder;

/** This process as a page that is connected to a hub. */
export async function page(context: TestContext): Promise<void> {
  const server = createServer();
  const hub = fakeHub(server, { rate: 10 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(globalThis, { location: { pathname: '/' }, history: { replaceState: () => undefined } });
  const end = startSession(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, NO_DECODER);
  context.after(() => {
    end();
    hub.close();
    server.close();
    server.closeAllConnections();
  });
  await until(useSession, (state) => state.connection.state === 'open' && state.hosts.length > 0);
  useWorkspace.setState({ files: [{ name: 'a.bpf.c', text: 'int a;' }] });
}

interface Observable<T> {
  getState(): T;
  subscribe(listener: (state: T) => void): () => void;
}

/** Waits until a store's state fits. */
export function until<T>(store: Observable<T>, fits: (state: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (fits(store.getState())) return resolve();
    const end = store.subscribe((state) => {
      if (!fits(state)) return;
      end();
      resolve();
    });
  });
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Hub, startHub } from '../hub.ts';
import { type Settings, settingsFrom } from '../settings.ts';
import { inbox } from './inbox.ts';

export interface LogLine {
  level: string;
  event: string;
  [detail: string]: unknown;
}

export interface TestHub {
  hub: Hub;
  data: string;
  port: number;
  token: string;
  /** All that the hub logged. */
  log: readonly LogLine[];
  /** Waits for the next line about that event. */
  logged(event: string): Promise<LogLine>;
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Ends it and starts another with the same data and port. */
  restart(): Promise<TestHub>;
}

/** A hub without the app on a free port, with a data folder of its own; both are gone after the test. */
export async function testHub(t: TestContext, settings: Partial<Settings> = {}): Promise<TestHub> {
  const data = settings.data ?? (await mkdtemp(join(tmpdir(), 'probepad-hub-')));
  if (settings.data === undefined) t.after(() => rm(data, { recursive: true, force: true }));
  const lines = inbox<LogLine>();
  const hub = await startHub(
    { ...settingsFrom({ PROBEPAD_NO_APP: '1', PROBEPAD_PORT: '0' }), data, ...settings },
    (level, event, details) => lines.put({ level, event, ...details }),
  );
  let open = true;
  const close = async () => {
    if (open) {
      open = false;
      await hub.close();
    }
  };
  t.after(close);
  return {
    hub,
    data,
    log: lines.all,
    logged: (event) => lines.next((line) => line.event === event),
    port: hub.port,
    token: hub.token,
    origin: `http://127.0.0.1:${hub.port}`,
    async restart() {
      await close();
      return testHub(t, { ...settings, data, port: hub.port });
    },
  };
}

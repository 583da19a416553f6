import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from '@playwright/test';
import { CHROMIUM, SCREEN } from '../stack/chromium.ts';
import { type DevTools, openDevTools } from './devtools.ts';

/**
 * A Chromium with one page that nobody reads along with while it is measured. Playwright has every message of every socket told to it, as
 * text in base64: at 80 MB/s that takes more of the machine than the page does, and no user has it.
 */
export interface LoneBrowser {
  /** By Playwright; another object after each `alone`. */
  readonly page: Page;
  /** Process ids of its renderers. */
  renderers(): Promise<number[]>;
  /** Nothing but keys and clicks reaches the page meanwhile. */
  alone<T>(act: (hands: Hands) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Keys and clicks, as a user's. */
export interface Hands {
  press(key: keyof typeof KEYS): Promise<void>;
  /** At a place of the page, in CSS pixels. */
  click(x: number, y: number): Promise<void>;
}

/** What a page that nobody looks at would be spared of. */
const AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** As Input.dispatchKeyEvent wants them. */
const KEYS = {
  x: { key: 'x', code: 'KeyX', text: 'x', windowsVirtualKeyCode: 88 },
  Enter: { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 },
} as const;

export async function openLoneBrowser(): Promise<LoneBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'probepad-bench-browser-'));
  const child = spawn(
    CHROMIUM.executablePath ?? '',
    [
      ...(CHROMIUM.args ?? []),
      ...AWAKE,
      '--headless',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // A measurement that fails must not leave it to the next one's cores.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const gone = once(child, 'exit');
  const remove = async (): Promise<void> => {
    kill();
    await gone;
    process.off('exit', kill);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return await browserOf(child, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function browserOf(child: ChildProcess, remove: () => Promise<void>): Promise<LoneBrowser> {
  const address = await debuggingAddress(child);
  const root = await openDevTools(address);
  const web = `http://${new URL(address).host}`;
  const targets = (await (await fetch(`${web}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const own = await openDevTools(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  // By a hold that stays: what Playwright sets goes with it.
  await own.send('Emulation.setDeviceMetricsOverride', {
    ...SCREEN.viewport,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await own.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  const hands = handsOf(own);
  let held: { browser: Browser; page: Page } = await hold(web);
  return {
    get page() {
      return held.page;
    },
    async renderers() {
      const { processInfo } = (await root.send('SystemInfo.getProcessInfo')) as {
        processInfo: { type: string; id: number }[];
      };
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    },
    async alone(act) {
      await held.browser.close();
      try {
        return await act(hands);
      } finally {
        held = await hold(web);
      }
    },
    async close() {
      await held.browser.close().catch(() => undefined);
      own.close();
      root.close();
      await remove();
    },
  };
}

async function debuggingAddress(child: ChildProcess): Promise<string> {
  if (!child.stderr) throw new Error('the browser has no stderr');
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address === undefined) continue;
    // Whatever it says later must not fill the pipe.
    child.stderr.resume();
    return address;
  }
  throw new Error('the browser did not start');
}

async function hold(address: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.connectOverCDP(address);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('the browser has no page');
  return { browser, page };
}

function handsOf(page: DevTools): Hands {
  return {
    async press(key) {
      await page.send('Input.dispatchKeyEvent', { type: 'keyDown', ...KEYS[key] });
      await page.send('Input.dispatchKeyEvent', { type: 'keyUp', ...KEYS[key], text: undefined });
    },
    async click(x, y) {
      const place = { x, y, button: 'left', clickCount: 1 };
      await page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
      await page.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...place });
      await page.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...place });
    },
  };
}

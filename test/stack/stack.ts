import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT, NODE, type RunningProcess, startProcess } from './process.ts';

/** A hub of its own with a local agent, as `npm start` runs them, on a free port with a fresh data folder. */
export interface Stack {
  /** With the access token, as printed. */
  url: string;
  origin: string;
  port: number;
  token: string;
  data: string;
  hub: RunningProcess;
  /** Undefined when `agent` was false. */
  agent: RunningProcess | undefined;
  /** Starts another agent process with this stack's data, for after a kill. */
  startAgent(args?: string[]): Promise<RunningProcess>;
  /** Starts the hub again on the same port and data, for after a kill. */
  startHub(): Promise<RunningProcess>;
  close(): Promise<void>;
}

export interface StackOptions {
  /** Serve the Next app too (it must have been built). */
  app?: boolean;
  agent?: boolean;
  env?: Record<string, string>;
  agentArgs?: string[];
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const data = await mkdtemp(join(tmpdir(), 'probepad-stack-'));
  const environment = (port: number): Record<string, string> => ({
    PROBEPAD_HOST: '127.0.0.1',
    PROBEPAD_PORT: String(port),
    PROBEPAD_DATA: data,
    PROBEPAD_LOCAL_AGENT: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    ...(options.app ? {} : { PROBEPAD_NO_APP: '1' }),
    ...options.env,
  });
  const hub = startProcess(NODE, [join(CHECKOUT, 'web/server/main.ts')], { env: environment(0) });
  const started: RunningProcess[] = [hub];
  const [, url = ''] = await hub.waitFor(/url: (http:\S+)/, 60_000);
  const parsed = new URL(url);
  const port = Number(parsed.port);

  const stack: Stack = {
    url,
    origin: parsed.origin,
    port,
    token: parsed.searchParams.get('token') ?? '',
    data,
    hub,
    agent: undefined,
    async startAgent(args = options.agentArgs ?? []) {
      const agent = startProcess(
        NODE,
        [
          join(CHECKOUT, 'host-agent/src/cli/main.ts'),
          'agent',
          '--local',
          '--hub',
          `ws://127.0.0.1:${port}/agent`,
          '--join-file',
          join(data, 'local-join-token'),
          '--data',
          join(data, 'agent'),
          ...args,
        ],
        { env: options.env ?? {} },
      );
      started.push(agent);
      await agent.waitFor(/connected to/, 60_000);
      stack.agent = agent;
      return agent;
    },
    async startHub() {
      const again = startProcess(NODE, [join(CHECKOUT, 'web/server/main.ts')], { env: environment(port) });
      started.push(again);
      await again.waitFor(/url: (http:\S+)/, 60_000);
      stack.hub = again;
      return again;
    },
    async close() {
      for (const child of started.reverse()) await child.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
  if (options.agent !== false) await stack.startAgent();
  return stack;
}

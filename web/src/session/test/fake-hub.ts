/**
 * A hub without hosts behind it, on a real WebSocket: two hosts, three sources, frames in the product's own format.
 * Tests and the app's development use it; `node web/src/session/test/serve.ts` puts the built app in front of it.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Host } from '@probepad/protocol/control/host';
import type { RunStatus } from '@probepad/protocol/control/run';
import { probepadError } from '@probepad/protocol/errors';
import { HEARTBEAT_INTERVAL } from '@probepad/protocol/limits';
import { type WebSocket, WebSocketServer } from 'ws';
import { FakeStream, fakeSchema } from './fake-stream.ts';
import { FAKE_TEMPLATES } from './fake-templates.ts';

export interface FakeHubOptions {
  /** Events a second and host. */
  rate?: number;
  hosts?: Host[];
  /** Milliseconds between pings. */
  heartbeat?: number;
}

export function fakeHost(fields: Partial<Host> & { id: string }): Host {
  return {
    name: fields.id,
    online: true,
    local: false,
    lastSeen: Date.now(),
    facts: {
      hostname: fields.id,
      kernel: '6.18.5-amd64',
      arch: 'x86_64',
      cpus: 2,
      btf: 'a'.repeat(64),
      clang: '16.0.6',
      agent: '0.1.0',
      terminal: fields.id === 'local',
      programTypes: ['tracepoint', 'raw_tracepoint', 'perf_event', 'xdp'],
      interfaces: ['lo', 'eth0'],
      checks: [
        { name: 'kernel', result: 'good', found: '6.18.5-amd64', remedy: '' },
        { name: 'btf', result: 'good', found: '/sys/kernel/btf/vmlinux, 5.9 MB', remedy: '' },
        { name: 'clang', result: 'good', found: 'clang 16.0.6', remedy: '' },
        { name: 'tracefs', result: 'good', found: '/sys/kernel/tracing', remedy: '' },
        {
          name: 'capabilities',
          result: 'limited',
          found: 'no CAP_SYS_RESOURCE',
          remedy: 'Not needed on kernels from 5.11 on.',
        },
      ],
    },
    ...fields,
  };
}

const DEFAULT_HOSTS: Host[] = [
  fakeHost({ id: 'local', name: 'this machine', local: true }),
  fakeHost({ id: 'guest-6-1', name: 'guest-6.1' }),
  fakeHost({ id: 'db-3', name: 'db-3', online: false, lastSeen: Date.now() - 3_600_000 }),
];

/** The fields of all requests that this hub answers; each request has its own. */
interface FakeParams {
  id: string;
  run: string;
  name: string;
  hosts: string[];
  probe: { files: { name: string; text: string }[] };
  snippet?: { id: string; revision: number };
}

interface Going {
  status: RunStatus;
  stream: FakeStream;
  timer?: ReturnType<typeof setInterval>;
}

/** Answers `/ws` on the server until it closes. */
export function fakeHub(server: Server, options: FakeHubOptions = {}) {
  const hosts = options.hosts ?? DEFAULT_HOSTS;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const runs = new Map<string, { info: Record<string, unknown>; going: Going[] }>();
  const snippets = new Map<string, { id: string; revision: number; name: string; saved: number }>();
  let ids = 1;
  const heartbeat = setInterval(() => {
    const ping = JSON.stringify({ type: 'ping', time: Date.now() });
    for (const client of sockets.clients) client.send(ping);
  }, options.heartbeat ?? HEARTBEAT_INTERVAL);

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (new URL(request.url ?? '/', 'http://hub').pathname !== '/ws') return;
    sockets.handleUpgrade(request, socket, head, (client) => serve(client));
  };
  server.on('upgrade', upgrade);

  function serve(client: WebSocket): void {
    const say = (message: unknown): void => client.send(JSON.stringify(message));
    client.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'hello') {
        const permissions = ['view', 'run', 'author', 'terminal', 'admin'];
        say({ type: 'welcome', protocol: 1, hub: 'fake', permissions, hosts });
        return;
      }
      const { id, method, params } = message;
      try {
        say({ type: 'reply', id, result: answer(client, method, params) });
      } catch (thrown) {
        say({ type: 'reply', id, error: probepadError('not_found', String(thrown)) });
      }
    });
    client.on('close', () => {
      for (const run of runs.values()) for (const going of run.going) clearInterval(going.timer);
    });
  }

  function answer(client: WebSocket, method: string, params: FakeParams): unknown {
    switch (method) {
      case 'templates.list':
        return { templates: FAKE_TEMPLATES };
      case 'snippets.list':
        return { snippets: [...snippets.values()] };
      case 'snippets.save': {
        const saved = {
          ...(params as object),
          id: (params as { id?: string }).id ?? `s${ids++}`,
          saved: Date.now(),
        };
        const snippet = { ...saved, revision: 1 } as never;
        snippets.set(saved.id, snippet);
        return snippet;
      }
      case 'snippets.get': {
        const found = snippets.get(params.id);
        if (!found) throw new Error('no such snippet');
        return found;
      }
      case 'hosts.invite':
        return {
          host: 'invited',
          token: 'join-7f3c',
          command: 'npx --no-install probepad agent --hub ws://10.0.2.2:7070 --join join-7f3c9a52',
          loopback: false,
          expires: Date.now() + 900_000,
        };
      case 'compile':
        return compile(params.probe);
      case 'run.start':
        return start(client, params);
      case 'run.watch': {
        const run = runs.get(params.run);
        if (!run) throw new Error('no such run');
        queueMicrotask(() => watch(client, params.run));
        return info(params.run);
      }
      case 'run.stop':
        for (const going of runs.get(params.run)?.going ?? []) end(client, going);
        return {};
      case 'runs.list':
        return { runs: [...runs.keys()].map(info) };
      case 'terminal.open': {
        const terminal = `t${ids++}`;
        setTimeout(
          () =>
            client.send(
              JSON.stringify({ type: 'terminal.output', terminal, data: '\u001b[32mroot@fake\u001b[0m:~# ' }),
            ),
          20,
        );
        return { terminal };
      }
      default:
        return {};
    }
  }

  function compile(probe: { files: { name: string; text: string }[] }): unknown {
    const [main] = probe.files;
    const lines = main?.text.split('\n') ?? [];
    const at = lines.findIndex((line) => line.includes('undeclared_thing'));
    const base = { cached: false, milliseconds: 41 };
    if (at < 0) return { ...base, ok: true, diagnostics: [], schema: fakeSchema() };
    const column = (lines[at]?.indexOf('undeclared_thing') ?? 0) + 1;
    const place = { file: main?.name, line: at + 1, column, endLine: at + 1, endColumn: column + 16 };
    return {
      ...base,
      ok: false,
      diagnostics: [
        {
          origin: 'clang',
          severity: 'error',
          message: "use of undeclared identifier 'undeclared_thing'",
          place,
          notes: [{ message: 'did you mean something else?' }],
          remedy: 'Declare it, or include the header that does.',
        },
      ],
    };
  }

  function start(client: WebSocket, params: Pick<FakeParams, 'hosts' | 'name' | 'probe' | 'snippet'>) {
    const id = `r${ids++}`;
    const going = params.hosts.map((host): Going => {
      const stream = ids++;
      const status: RunStatus = {
        run: id,
        host,
        stream,
        state: 'compiling',
        diagnostics: [],
        programs: [],
        timing: {},
        remarks: [],
        started: Date.now(),
      };
      return { status, stream: new FakeStream(stream, options.rate ?? 40, host) };
    });
    const { name, probe, snippet } = params;
    runs.set(id, { info: { id, name, probe, ...(snippet && { snippet }), started: Date.now() }, going });
    const text = params.probe.files.map((file) => file.text).join('\n');
    for (const each of going) void advance(client, each, text);
    return info(id);
  }

  const info = (id: string): unknown => {
    const run = runs.get(id);
    return { ...run?.info, statuses: run?.going.map((going) => going.status) };
  };

  const tell = (client: WebSocket, going: Going, change: Partial<RunStatus>): void => {
    // It may have been stopped while it was starting.
    if (going.status.state === 'ended') return;
    Object.assign(going.status, change);
    client.send(JSON.stringify({ type: 'run.status', status: going.status }));
  };

  async function advance(client: WebSocket, going: Going, text: string): Promise<void> {
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(60);
    tell(client, going, { state: 'loading', timing: { compile: 38.2 } });
    await pause(40);
    if (text.includes('REJECT_ME')) {
      const lines = text.split('\n');
      const line = lines.findIndex((each) => each.includes('REJECT_ME')) + 1;
      tell(client, going, {
        state: 'ended',
        reason: 'verifier_rejected',
        ended: Date.now(),
        error: probepadError('verifier_rejected', 'loading handle_exec: permission denied', {
          program: 'handle_exec',
        }),
        diagnostics: [
          {
            origin: 'verifier',
            severity: 'error',
            message: "R0 invalid mem access 'map_value_or_null'",
            place: { file: 'execsnoop.bpf.c', line, column: 1 },
            notes: [{ message: '14: (79) r1 = *(u64 *)(r0 +0)' }],
            remedy: 'Check the pointer that bpf_map_lookup_elem returned against NULL before using it.',
          },
        ],
      });
      client.send(
        going.stream.log(
          "0: R1=ctx() R10=fp0\n; int handle_exec(...)\n14: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'map_value_or_null'\nprocessed 15 insns (limit 1000000)\n",
        ),
      );
      return;
    }
    const targets = ['tracepoint/sched/sched_process_exec', 'tracepoint/raw_syscalls/sys_enter'];
    const programs = ['handle_exec', 'count_syscall'].map((name, index) => ({
      name,
      state: 'waiting' as const,
      target: targets[index] ?? '',
      detail: '',
    }));
    tell(client, going, { state: 'attaching', timing: { compile: 38.2, load: 9.1 }, programs });
    client.send(
      JSON.stringify({
        type: 'run.schema',
        run: going.status.run,
        host: going.status.host,
        stream: going.status.stream,
        schema: fakeSchema(),
      }),
    );
    await pause(30);
    tell(client, going, {
      state: 'running',
      timing: { compile: 38.2, load: 9.1, attach: 4.7 },
      programs: programs.map((program) => ({ ...program, state: 'attached' as const })),
      clockOffset: String(going.stream.clockOffset),
    });
    flow(client, going);
  }

  function flow(client: WebSocket, going: Going): void {
    clearInterval(going.timer);
    if (going.status.state === 'ended') return;
    let tick = 0;
    going.timer = setInterval(() => {
      if (client.readyState !== 1) return;
      for (const message of going.stream.frames(100, tick % 10 === 0)) client.send(message);
      if (tick === 0) tell(client, going, { timing: { ...going.status.timing, first_event: 61.3 } });
      if (tick++ % 5 === 0) {
        const { run, host } = going.status;
        client.send(JSON.stringify({ type: 'run.counts', run, host, counts: going.stream.counts() }));
      }
    }, 100);
  }

  function watch(client: WebSocket, id: string): void {
    for (const going of runs.get(id)?.going ?? []) {
      const { run, host, stream, state } = going.status;
      if (state !== 'running') continue;
      client.send(JSON.stringify({ type: 'run.schema', run, host, stream, schema: fakeSchema() }));
      flow(client, going);
    }
  }

  function end(client: WebSocket, going: Going): void {
    clearInterval(going.timer);
    tell(client, going, { state: 'ended', reason: 'stopped', ended: Date.now() });
  }

  return {
    /** Cuts every connection, as a crash of the hub would. */
    cut(): void {
      for (const client of sockets.clients) client.terminate();
    },
    /** Says nothing more by itself, as behind a cable that was pulled. */
    mute(): void {
      clearInterval(heartbeat);
    },
    close(): void {
      clearInterval(heartbeat);
      server.off('upgrade', upgrade);
      for (const going of [...runs.values()].flatMap((run) => run.going)) {
        clearInterval(going.timer);
        going.status.state = 'ended';
      }
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

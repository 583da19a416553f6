import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { agentEvents } from './agent-events.ts';
import { serveAgent } from './agent-socket.ts';
import { failedAttempts } from './auth/attempts.ts';
import { accessToken } from './auth/tokens.ts';
import { serveBrowser } from './browser-socket.ts';
import { inProcessBus } from './bus.ts';
import { compilingOn } from './compiling.ts';
import { metricsPage } from './export/metrics-page.ts';
import { otlpExport } from './export/otlp.ts';
import { hostRegistry } from './hosts.ts';
import { type AppHandler, serveHttp } from './http.ts';
import { kernelHeaders } from './kernel-header.ts';
import { liveRuns } from './live-runs.ts';
import type { Log } from './log.ts';
import { methodsOf } from './methods.ts';
import { namesOf } from './names.ts';
import { nextApp } from './next-app.ts';
import { originRules } from './origin.ts';
import { recovery } from './recovery.ts';
import { runsOf } from './runs.ts';
import { sessionsOf } from './session.ts';
import type { Settings } from './settings.ts';
import { statisticsOf } from './statistics.ts';
import { openStore, type Store } from './store/store.ts';
import { readTemplates } from './templates.ts';
import { terminalsOf } from './terminals.ts';
import { upgrades } from './upgrade.ts';

export interface Hub {
  readonly port: number;
  /** Where people open it, with the access token. */
  readonly url: string;
  readonly token: string;
  readonly store: Store;
  close(): Promise<void>;
}

const VERSION: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
).version;
/** How long connections may take to end by themselves when the hub ends. */
const CLOSE_WAIT = 500;

/**
 * Starts a hub and waits until it answers.
 * @throws Error when the data folder, the port or the app can't be used
 */
export async function startHub(settings: Settings, log: Log): Promise<Hub> {
  const token = accessToken(settings.data);
  const store = await openStore(settings.data);
  // Kept alive so that a peer whose machine went away is noticed at last.
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: 30_000 });
  const port = await listen(server, settings);

  const bus = inProcessBus();
  const attempts = failedAttempts();
  const origins = originRules(settings, port);
  const sessions = sessionsOf(store, token, port);
  const hosts = await hostRegistry(store, bus, settings.data);
  const live = liveRuns(store, bus, log);
  const compiling = compilingOn(hosts);
  const statistics = statisticsOf(hosts, live, log);
  const names = namesOf(hosts, live);
  const terminals = terminalsOf(hosts, store);
  const runs = await runsOf(store, hosts, live, compiling);
  const comeback = recovery(live, store, log, settings.lease);
  await comeback.restore();
  const templates = await readTemplates(settings.templates, log);
  const headers = kernelHeaders(hosts, settings.data);
  const methods = methodsOf({ hosts, live, runs, compiling, names, statistics, terminals, store, templates });
  const events = agentEvents({ hosts, live, recovery: comeback, statistics, terminals, store, log });
  const otlp = settings.otlp && otlpExport(settings.otlp, { live, hosts, bus, log, version: VERSION });
  const metrics = metricsPage(settings.metrics, {
    live,
    hosts,
    origins,
    attempts,
    log,
    others: () => otlp?.families() ?? [],
  });
  if (settings.localAgent) await hosts.writeLocalJoinToken();

  const software = `hub/${VERSION}`;
  const sockets = upgrades({
    origins,
    sessions,
    attempts,
    log,
    onBrowser: (socket, identity, hubUrl) =>
      serveBrowser({ hosts, bus, methods, statistics, terminals, log, software }, socket, identity, hubUrl),
    onAgent: (socket, address) =>
      serveAgent({ hosts, live, events, attempts, log, lease: settings.lease }, socket, address),
  });
  let app: AppHandler | 'none' | undefined = settings.noApp ? 'none' : undefined;
  const parts = { origins, sessions, attempts, headers, metrics, log, app: () => app };
  server.on('request', (request, response) => void serveHttp(parts, request, response));
  server.on('upgrade', (request, socket, head) => sockets.handle(request, socket, head));

  const started = settings.noApp ? undefined : await nextApp(settings.web, settings.host, port);
  if (!settings.noApp && started === undefined)
    log('warn', 'no app', { remedy: 'build it: npm run build -w web' });
  app = started?.handler ?? 'none';

  return {
    port,
    url: `${origins.printed}/?token=${token}`,
    token,
    store,
    async close() {
      comeback.close();
      otlp?.close();
      live.close();
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      setTimeout(() => server.closeAllConnections(), CLOSE_WAIT).unref();
      server.closeIdleConnections();
      await closed;
      await hosts.close();
      await started?.close();
      await store.close();
    },
  };
}

/** @returns the port that it listens on */
function listen(server: ReturnType<typeof createServer>, { host, port }: Settings): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { AppHandler } from './http.ts';

/**
 * Starts the Next app that was built in `web/.next`.
 * @returns undefined when there is no build
 */
export async function nextApp(
  web: string,
  hostname: string,
  port: number,
): Promise<{ handler: AppHandler; close(): Promise<void> } | undefined> {
  if (!existsSync(join(web, '.next', 'BUILD_ID'))) return undefined;
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  const { default: exported } = await import('next');
  // To Node, the function is what this CommonJS package exports; its types put it one `default` deeper.
  const next = exported as unknown as typeof exported.default;
  // Next listens for upgrades on the server it is given, and would end sockets that are the hub's. This one never listens.
  const app = next({ dev: false, dir: web, hostname, port, httpServer: createServer() });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handler: (request, response) => handle(request, response), close: () => app.close() };
}

/** The built app in front of the fake hub, for development: `node web/src/session/test/serve.ts [port] [events/s]`. */
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import next from 'next';
import { fakeHub } from './fake-hub.ts';

const port = Number(process.argv[2] ?? 7171);
const rate = Number(process.argv[3] ?? 40);
const dev = process.env.PROBEPAD_DEV === '1';

const server = createServer();
const app = next({
  dev,
  dir: resolve(import.meta.dirname, '../../..'),
  httpServer: server,
  hostname: '127.0.0.1',
  port,
});
await app.prepare();
const handle = app.getRequestHandler();
fakeHub(server, { rate });
server.on('request', (request, response) => {
  if (request.url?.endsWith('/vmlinux.h')) {
    response.end(
      `#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n${'struct task_struct {\n\tint pid;\n};\n'.repeat(40_000)}#endif\n`,
    );
    return;
  }
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' ws:",
    "worker-src 'self' blob:",
  ].join('; ');
  request.headers['content-security-policy'] = policy;
  request.headers['x-nonce'] = nonce;
  response.setHeader('content-security-policy', policy);
  void handle(request, response);
});
server.listen(port, '127.0.0.1', () => console.log(`url: http://127.0.0.1:${port}/`));

import assert from 'node:assert/strict';
import { inRepository } from '../../scripts/repository.mjs';
import { connect } from '../stack/client.ts';
import type { Stack } from '../stack/stack.ts';
import { type Guest, MACHINE_ADDRESS } from './guest.ts';

/** Node's start under emulation, on a busy machine. */
const JOIN_MS = 300_000;

/**
 * Starts an agent in the guest, as a person would with what "Add host" shows; resolves with the host's id when the hub sees it.
 * The guest has no compiler: under emulation a compile takes longer than its limit, so another host of the hub compiles
 * and CO-RE has to make the object fit.
 *
 * @param options the host's name (default: the guest's), and the policy's file in the guest
 */
export async function joinHub(
  stack: Stack,
  guest: Guest,
  options: { name?: string; policy?: string } = {},
): Promise<string> {
  const name = options.name ?? guest.name;
  const hidden = await guest.exec('rm -f /usr/bin/clang*');
  assert.equal(hidden.code, 0, hidden.stderr);
  const client = await connect(stack);
  const { token } = await client.request('hosts.invite', { name });
  const agent = guest.spawn([
    // V8's optimising compiler for WebAssembly, which Node strips types with, has aborted the agent under emulation.
    ...[inRepository('node_modules/.bin/node'), '--liftoff-only'],
    ...[inRepository('host-agent/bin/probepad.mjs'), 'agent'],
    ...[
      '--hub',
      `ws://${MACHINE_ADDRESS}:${stack.port}/agent`,
      '--join',
      token,
      '--data',
      `/tmp/agent-${name}`,
    ],
    ...(options.policy === undefined ? [] : ['--policy', options.policy]),
  ]);
  let output = '';
  for (const stream of [agent.stdout, agent.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const isGuest = (host: { name: string; online: boolean }): boolean => host.name === name && host.online;
  const news = await client
    .event((event) => event.type === 'hosts' && event.hosts.some(isGuest), JOIN_MS)
    .catch((error: Error) => assert.fail(`${error.message}\nthe agent wrote:\n${output}`));
  client.close();
  assert.ok(news.type === 'hosts');
  return news.hosts.find(isGuest)?.id ?? '';
}

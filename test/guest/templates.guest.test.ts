/**
 * Every template on the kernels that have all it needs. The guest's agent joins a hub and has no compiler, so the objects come
 * from this machine, made with this kernel's types: CO-RE has to make them fit.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inRepository } from '../../scripts/repository.mjs';
import { connect } from '../stack/client.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { EXPECTATIONS } from '../templates/expectations.ts';
import { localMachine } from '../templates/local-machine.ts';
import { runTemplate } from '../templates/template-run.ts';
import { bootGuest, type Guest, MACHINE_ADDRESS } from './guest.ts';
import { KERNEL_SUITES, type KernelName } from './kernel.ts';

/** Boot, and Node's start under emulation, on a busy machine. */
const BOOT_MS = 600_000;
const TIMEOUT_MS = 120_000;

for (const kernel of Object.keys(KERNEL_SUITES) as KernelName[]) {
  describe(`templates on kernel ${kernel}`, () => {
    const name = `templates-${kernel.replace('.', '-')}`;
    let stack: Stack;
    let guest: Guest;

    before(
      async () => {
        stack = await startStack();
        guest = await bootGuest({ kernel, name });
        // The cable between network namespaces is a module here; a compile takes longer than its limit under emulation.
        const prepared = await guest.exec('modprobe veth && rm -f /usr/bin/clang*');
        assert.equal(prepared.code, 0, prepared.stderr);
        await join(stack, guest);
      },
      { timeout: BOOT_MS },
    );
    after(
      async () => {
        await guest?.close();
        await stack?.close();
      },
      { timeout: TIMEOUT_MS },
    );

    for (const expectation of EXPECTATIONS) {
      test(`${expectation.template} shows what its workload did`, { timeout: TIMEOUT_MS }, async () => {
        await runTemplate({
          ...{ expectation, machine: guest, probeMachine: localMachine },
          options: ['--hub', stack.url, '--host', name],
          timeoutMs: TIMEOUT_MS,
        });
      });
    }
  });
}

/** Starts an agent in the guest, as a person would with what "Add host" shows; resolves when the hub sees it. */
async function join(stack: Stack, guest: Guest): Promise<void> {
  const client = await connect(stack);
  const { token } = await client.request('hosts.invite', { name: guest.name });
  const agent = guest.spawn([
    ...[inRepository('node_modules/.bin/node'), inRepository('host-agent/bin/probepad.mjs'), 'agent'],
    ...['--hub', `ws://${MACHINE_ADDRESS}:${stack.port}/agent`, '--join', token, '--data', '/tmp/agent'],
  ]);
  let output = '';
  for (const stream of [agent.stdout, agent.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const isOnline = (host: { name: string; online: boolean }): boolean =>
    host.name === guest.name && host.online;
  await client
    .event((event) => event.type === 'hosts' && event.hosts.some(isOnline), BOOT_MS / 2)
    .catch((error: Error) => assert.fail(`${error.message}\nthe agent wrote:\n${output}`));
  client.close();
}

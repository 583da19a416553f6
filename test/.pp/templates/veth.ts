/** Two network namespaces joined by a cable, made for one test: packets of the one come in at the other's interface. */
import { text } from 'node:stream/consumers';
import type { CommandMachine } from './probe-run.ts';

export interface Cable extends AsyncDisposable {
  /** Put before a command that runs where packets arrive, at the interface `veth-pp`. */
  receiver: string[];
  sender: string[];
  /** The receiver's. */
  address: string;
}

export async function layCable(machine: CommandMachine): Promise<Cable> {
  const [receiver, sender] = ['receiver', 'sender'].map((end) => `pp-${end}-${process.pid}`);
  const address = '10.213.7.1';
  const setUp = `set -e
    ip netns add ${receiver}
    ip netns add ${sender}
    ip link add veth-pp netns ${receiver} type veth peer name veth-pp netns ${sender}
    ip -n ${receiver} address add ${address}/30 dev veth-pp
    ip -n ${sender} address add 10.213.7.2/30 dev veth-pp
    ip -n ${receiver} link set veth-pp up
    ip -n ${sender} link set veth-pp up`;
  const remove = `ip netns delete ${receiver}; ip netns delete ${sender}`;
  try {
    await run(machine, setUp);
  } catch (error) {
    await run(machine, `{ ${remove}; } 2>/dev/null || true`);
    throw error;
  }
  // `ip netns exec` would mount a new /sys, without tracefs.
  const inside = (namespace: string | undefined): string[] => ['nsenter', `--net=/run/netns/${namespace}`];
  return {
    receiver: inside(receiver),
    sender: inside(sender),
    address,
    [Symbol.asyncDispose]: () => run(machine, remove),
  };
}

async function run(machine: CommandMachine, script: string): Promise<void> {
  const command = machine.spawn(['sh', '-c', script]);
  const [errors, , { code }] = await Promise.all([text(command.stderr), text(command.stdout), command.exit]);
  if (code !== 0) throw new Error(`joining two network namespaces: ${errors}`);
}

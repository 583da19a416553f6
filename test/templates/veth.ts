/** A cable between two network namespaces, made for one test: what the one sends comes in at the other's interface. */
import { text } from 'node:stream/consumers';
import type { CommandMachine } from './probe-run.ts';

export interface Cable extends AsyncDisposable {
  /** Put before a command that runs where packets arrive, at the interface `veth-pp`. */
  receiver: string[];
  sender: string[];
  /** The receiver's. */
  address: string;
}

/** `ownReceiver` false: packets arrive in the machine's own namespace. Only for guests, which are the test's alone. */
export async function layCable(machine: CommandMachine, ownReceiver: boolean): Promise<Cable> {
  const [receiver, sender] = ['receiver', 'sender'].map((end) => `pp-${end}-${process.pid}`);
  const address = '10.213.7.1';
  const [at, ip] = ownReceiver ? [`netns ${receiver}`, `ip -n ${receiver}`] : ['', 'ip'];
  const setUp = `set -e
    ${ownReceiver ? `ip netns add ${receiver}` : ''}
    ip netns add ${sender}
    ip link add veth-pp ${at} type veth peer name veth-pp netns ${sender}
    ${ip} address add ${address}/30 dev veth-pp
    ip -n ${sender} address add 10.213.7.2/30 dev veth-pp
    ${ip} link set veth-pp up
    ip -n ${sender} link set veth-pp up`;
  const remove = `ip netns delete ${sender}${ownReceiver ? `; ip netns delete ${receiver}` : ''}`;
  try {
    await run(machine, setUp);
  } catch (error) {
    await run(machine, `{ ${remove}; } 2>/dev/null || true`);
    throw error;
  }
  // `ip netns exec` would mount a new /sys, without tracefs.
  const inside = (namespace: string | undefined): string[] => ['nsenter', `--net=/run/netns/${namespace}`];
  return {
    receiver: ownReceiver ? inside(receiver) : [],
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

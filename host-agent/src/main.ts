/** The agent: this machine, and a link to the hub that it runs probes for. */
import { readFile } from 'node:fs/promises';
import type { HostFacts } from '@probepad/protocol/control/host';
import type { ProbepadError } from '@probepad/protocol/errors';
import { type Facts, lookAtCompiler, watchFacts } from './facts-watch.ts';
import { hostFacts } from './host-facts.ts';
import { credentialStore } from './link/credential.ts';
import { createFeed } from './link/feed.ts';
import { type HubLink, openHubLink } from './link/hub-link.ts';
import { openMachine } from './machine.ts';
import type { Log } from './runs/log.ts';
import { createRunTable } from './runs/run-table.ts';
import { createTerminals } from './terminal/terminals.ts';
import { VERSION } from './version.ts';

export interface AgentOptions {
  /** URL of the hub. */
  hub: string;
  /** Single-use token, or the file that will hold one; neither when this machine has joined before. */
  join: string | undefined;
  joinPath: string | undefined;
  /** Told to the hub in place of the machine's own host name. */
  name: string | undefined;
  dataDir: string | undefined;
  policyPath: string | undefined;
  log: Log;
}

export interface Agent {
  /** Ends all runs and the connection. */
  stop(): Promise<void>;
  /** Resolves when the agent gives up: with the hub's refusal, or undefined after `stop`. */
  readonly over: Promise<ProbepadError | undefined>;
}

/** @throws PolicyError, or the error of reading a policy file that was named */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { log } = options;
  const machine = await openMachine({ ...options, standby: true });
  const { environment, policy } = machine;
  log(policy.path === undefined ? 'policy: the safe default' : `policy: ${policy.path}`);

  let link: HubLink | undefined;
  const feed = createFeed((run) => link?.reported(run));
  const table = createRunTable(environment, feed);
  const terminals = createTerminals(policy.policy.terminal, {
    output: (terminal, data) => link?.send({ type: 'terminal.output', terminal, data }),
    exit: (terminal, code) => link?.send({ type: 'terminal.exit', terminal, code }),
  });
  const state: Facts = { compiler: { clang: '', btf: '' }, checks: [] };
  const facts = (): HostFacts => {
    const own = hostFacts(policy.policy, state.compiler, state.checks);
    return options.name === undefined ? own : { ...own, hostname: options.name };
  };
  await Promise.race([lookAtCompiler(machine, state), delay(COMPILER_PATIENCE)]);

  link = openHubLink({
    hub: options.hub,
    joinToken: () => joinToken(options),
    credentials: credentialStore(machine.dataDir),
    software: `agent/${VERSION}`,
    facts,
    machine: { table, compiler: environment.compiler, terminals, names: machine.names },
    feed,
    log,
  });
  const { factsChanged } = link;
  const stopWatching = watchFacts(machine, state, () => JSON.stringify(facts()), factsChanged, log);

  return {
    over: link.over,
    async stop() {
      stopWatching();
      await table.endAll('stopped');
      table.close();
      await terminals.closeAll();
      machine.names.close();
      link?.close();
      await machine.close();
    },
  };
}

/**
 * A hub sends a host without clang objects that another compiled, or nothing: so a host connects when it knows of its compiler,
 * which takes a moment, or longer than anybody would wait.
 */
const COMPILER_PATIENCE = 20_000;

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The hub on the same machine writes its token when it starts, which may be after us. */
async function joinToken(options: AgentOptions): Promise<string | undefined> {
  if (options.join !== undefined) return options.join;
  if (options.joinPath === undefined) return undefined;
  const text = await readFile(options.joinPath, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

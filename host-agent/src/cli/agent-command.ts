import { parseArgs } from 'node:util';
import { escapeControls } from '@probepad/protocol/values/escape';
import { startAgent } from '../main.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { onStopSignal } from './signals.ts';
import { UsageError } from './usage.ts';

const OPTIONS = {
  hub: { type: 'string' },
  join: { type: 'string' },
  'join-file': { type: 'string' },
  name: { type: 'string' },
  data: { type: 'string' },
  policy: { type: 'string' },
  local: { type: 'boolean' },
} as const;

/** `probepad agent`: serves until it is stopped or the hub refuses it for good. @throws UsageError, PolicyError */
export async function agentCommand(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { hub } = values;
  if (hub === undefined || !URL.canParse(hub)) throw new UsageError('agent needs --hub URL');
  if (values.join !== undefined && values['join-file'] !== undefined) {
    throw new UsageError('--join and --join-file exclude each other');
  }
  const agent = await startAgent({
    hub,
    join: values.join,
    joinPath: values['join-file'],
    name: values.name,
    dataDir: values.data,
    policyPath: values.policy,
    log: (line) => void process.stdout.write(`${escapeControls(line)}\n`),
  });
  const release = onStopSignal(() => void agent.stop());
  const refusal = await agent.over;
  release();
  if (refusal === undefined) return EXIT.fine;
  process.stderr.write(`${refusal.message}\n${refusal.remedy}\n`);
  await agent.stop();
  return EXIT.host;
}

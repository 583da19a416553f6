/** The `probepad` command. */
import { ProbepadFailure } from '@probepad/protocol/errors';
import { escapeLines } from '@probepad/protocol/values/escape';
import { PolicyError } from '../policy/policy.ts';
import { VERSION } from '../version.ts';
import { agentCommand } from './agent-command.ts';
import { checkCommand } from './check-command.ts';
import { costCommand } from './cost-command.ts';
import { EXIT, type ExitCode, exitCodeOfError } from './exit-code.ts';
import { hostsCommand } from './hosts-command.ts';
import { runCommand } from './run-command.ts';
import { HELP, UsageError } from './usage.ts';

const COMMANDS: Record<string, (args: readonly string[]) => Promise<ExitCode>> = {
  run: runCommand,
  check: checkCommand,
  cost: costCommand,
  hosts: hostsCommand,
  agent: agentCommand,
};

async function main(args: readonly string[]): Promise<ExitCode> {
  const [name = 'help', ...rest] = args;
  if (name === 'help' || args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return args.length === 0 ? EXIT.usage : EXIT.fine;
  }
  if (name === '--version') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.fine;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new UsageError(`there is no command ${name}: run, check, cost, hosts or agent`);
  return command(rest);
}

function isUsage(thrown: unknown): thrown is Error {
  if (thrown instanceof UsageError) return true;
  // What parseArgs throws: ERR_PARSE_ARGS_UNKNOWN_OPTION and its like.
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}

function say(line: string): void {
  process.stderr.write(`${escapeLines(line)}\n`);
}

function explain(thrown: unknown): ExitCode {
  if (isUsage(thrown)) {
    say(`probepad: ${thrown.message}`);
    return EXIT.usage;
  }
  if (thrown instanceof ProbepadFailure) {
    say(`probepad: ${thrown.error.message}`);
    say(thrown.error.remedy);
    return exitCodeOfError(thrown.error.code);
  }
  const known = thrown instanceof PolicyError || (thrown instanceof Error && 'code' in thrown);
  say(
    `probepad: ${thrown instanceof Error ? (known ? thrown.message : (thrown.stack ?? '')) : String(thrown)}`,
  );
  return EXIT.host;
}

process.exitCode = await main(process.argv.slice(2)).catch(explain);
// What is still going on (a compiler's header in the making, a socket that closes) is not waited for.
process.exit();

/** Starts the hub of this checkout. Prints `url: …` on standard output when it answers; the log goes to standard error. */
import { setFlagsFromString } from 'node:v8';
import { startHub } from './hub.ts';
import { lineLog } from './log.ts';
import { settingsFrom } from './settings.ts';

const END_WAIT = 5_000;

// Every message is a buffer of its own. Without this V8 collects its whole heap after each 64 MB of them, several times a second
// under a fast probe, and half of the hub's time goes there (docs/BENCHMARKS.md).
setFlagsFromString('--external-memory-accounted-in-global-limit');
// And it collects all of it whenever a third more is there, which takes as much again: with three times as much, the short collections
// find nearly every buffer first.
setFlagsFromString('--heap-growing-percent=300');

// Next's types make it read-only; Next itself asks for it to be set.
Object.assign(process.env, { NODE_ENV: process.env.NODE_ENV ?? 'production' });
const log = lineLog((line) => process.stderr.write(line));

try {
  const hub = await startHub(settingsFrom(process.env), log);
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    log('info', 'ending', { signal });
    setTimeout(() => process.exit(1), END_WAIT).unref();
    hub.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', 'ending', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.stdout.write(`url: ${hub.url}\n`);
} catch (error) {
  log('error', 'starting', { error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}

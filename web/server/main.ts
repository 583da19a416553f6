/** Starts the hub of this checkout. Prints `url: …` on standard output when it answers; the log goes to standard error. */
import { startHub } from './hub.ts';
import { lineLog } from './log.ts';
import { settingsFrom } from './settings.ts';

const END_WAIT = 5_000;

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

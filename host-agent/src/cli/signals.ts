const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal sends Ctrl+C to everybody in it, and npx and the shim pass it on too: within this time it is the same one. */
const SAME = 500;

/**
 * Calls `stop` when the command is to end: by a signal, or because whoever started it is gone. A second signal ends it at
 * once; what it started sees that and cleans up.
 * @returns a function that takes the handlers away
 */
export function onStopSignal(stop: () => void): () => void {
  let first: number | undefined;
  const handle = (): void => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      stop();
    } else if (now - first > SAME) {
      process.exit(130);
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  const { channel } = process;
  if (channel !== undefined) {
    process.on('disconnect', handle);
    // Listening must not keep the command alive.
    channel?.unref?.();
  }
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
    process.removeListener('disconnect', handle);
  };
}

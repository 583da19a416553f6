const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal sends Ctrl+C to everybody in it, and npx and the shim pass it on too: within this time it is the same one. */
const SAME = 500;

/**
 * Calls the first of `stops` when the command is to end: by a signal, or because whoever started it is gone. Each signal after it
 * calls the next, and one more than there are ends the command at once; what it started sees that and cleans up.
 * @returns a function that takes the handlers away
 */
export function onStopSignal(...stops: readonly (() => void)[]): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let next = 0;
  const handle = (): void => {
    const now = performance.now();
    if (now - last <= SAME) return;
    last = now;
    const stop = stops[next++];
    if (stop === undefined) process.exit(130);
    stop();
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

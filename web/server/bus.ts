import type { RunStatus } from '@probepad/protocol/control/run';

/** What parts of the hub tell each other. Frames do not travel here: they go from stream to viewer directly. */
export type BusEvent =
  /** Something that a list of hosts shows has changed. */
  { type: 'hosts' } | { type: 'run.status'; status: RunStatus };

/** Tells every listener; a bus between several hubs can take this one's place. */
export interface Bus {
  publish(event: BusEvent): void;
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: BusEvent) => void): () => void;
}

export function inProcessBus(): Bus {
  const listeners = new Set<(event: BusEvent) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

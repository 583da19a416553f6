/** Frames lie one behind the other in buffers of this size, so that a message of several is one slice without a copy. */
export const SLAB_SIZE = 1024 * 1024;

/**
 * Memory for frames, used again once nobody keeps a frame in it. Fresh memory for each frame costs more than all else that happens
 * to it: the kernel clears its pages, and the collector runs for every 64 MB.
 */
export interface Slabs {
  /** A slab that is kept once. */
  take(): Buffer;
  /** One more, or one fewer, keeps something in that memory. Memory that is no slab of these is left alone. */
  keep(memory: ArrayBufferLike): void;
  release(memory: ArrayBufferLike): void;
}

export function createSlabs(): Slabs {
  const keepers = new Map<ArrayBufferLike, number>();
  const free: Buffer[] = [];
  return {
    take() {
      const slab = free.pop() ?? Buffer.allocUnsafeSlow(SLAB_SIZE);
      keepers.set(slab.buffer, 1);
      return slab;
    },
    keep(memory) {
      const count = keepers.get(memory);
      if (count !== undefined) keepers.set(memory, count + 1);
    },
    release(memory) {
      const count = keepers.get(memory);
      if (count === undefined) return;
      keepers.set(memory, count - 1);
      if (count > 1) return;
      keepers.delete(memory);
      free.push(Buffer.from(memory));
    },
  };
}

const given: ArrayBufferLike[] = [];

/**
 * Frees the memory of records that are kept no more once what goes on now is over. Left to the collector, messages of a fast probe make
 * it go through all that a page keeps, ten times a second.
 */
export function release(buffer: ArrayBufferLike): void {
  if (given.push(buffer) > 1) return;
  queueMicrotask(() => {
    for (const each of given.splice(0)) {
      // Buffers that are shared can't be, nor can any in browsers of before 2024: those are left to the collector.
      if (each instanceof ArrayBuffer && !each.detached) each.transfer?.(0);
    }
  });
}

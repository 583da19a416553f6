import type { Source } from './schema.ts';

/**
 * Whether the kernel shows only one entry of such a map, that which would be popped next, and not how many there are
 * (linux/kernel/bpf/queue_stack_maps.c: a look-up is a peek, and there are no keys).
 */
export function showsHeadOnly({ kind, mapType }: Pick<Source, 'kind' | 'mapType'>): boolean {
  return kind === 'map' && (mapType === 'queue' || mapType === 'stack');
}

/** What to say of such a map's entry, where others may be behind it. */
export const HEAD_ONLY = 'the next to be popped, the kernel shows no other';

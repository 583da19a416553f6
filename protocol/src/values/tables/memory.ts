import type { FlagTable } from './name-table.ts';

/** Protections of mmap(2) and mprotect(2); none is PROT_NONE. Source: include/uapi/asm-generic/mman-common.h. */
export const MMAP_PROT: FlagTable = [
  ['PROT_READ', 1],
  ['PROT_WRITE', 2],
  ['PROT_EXEC', 4],
  ['PROT_SEM', 8],
  ['PROT_GROWSDOWN', 0x01000000],
  ['PROT_GROWSUP', 0x02000000],
];

/** Flags of mmap(2). Source: include/uapi/linux/mman.h, asm-generic/mman-common.h, asm-generic/mman.h. */
export const MMAP_FLAGS: FlagTable = [
  ['MAP_SHARED_VALIDATE', 3],
  ['MAP_SHARED', 1],
  ['MAP_PRIVATE', 2],
  ['MAP_FIXED', 0x10],
  ['MAP_ANONYMOUS', 0x20],
  ['MAP_GROWSDOWN', 0x100],
  ['MAP_DENYWRITE', 0x800],
  ['MAP_EXECUTABLE', 0x1000],
  ['MAP_LOCKED', 0x2000],
  ['MAP_NORESERVE', 0x4000],
  ['MAP_POPULATE', 0x8000],
  ['MAP_NONBLOCK', 0x10000],
  ['MAP_STACK', 0x20000],
  ['MAP_HUGETLB', 0x40000],
  ['MAP_SYNC', 0x80000],
  ['MAP_FIXED_NOREPLACE', 0x100000],
];

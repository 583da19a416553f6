/**
 * Values that only the host can put a name to: a viewer asks it for those that it shows (`control/names.ts`), and formats with what
 * is known by then.
 */
export const NAME_KINDS = [
  /** An address in the kernel or one of its modules. */
  'kernel_symbol',
  /** An address in the process `pid`. */
  'user_symbol',
  /** A byte of the file with a build id, as maps of such stacks have it (BPF_F_STACK_BUILD_ID). */
  'file_symbol',
  /** A uid in the host's own user namespace. */
  'user',
  'group',
  /** A cgroup id (its inode in cgroup v2): systemd unit, container or pod. */
  'cgroup',
  /** A dev_t as the kernel keeps it, 12 bits of major and 20 of minor (linux/kdev_t.h). */
  'device',
  /** A process id: its command while it lives. */
  'process',
  /** The kernel's id of a map: what the program calls it, where it is one of a run's. */
  'map',
] as const;
export type NameKind = (typeof NAME_KINDS)[number];

export interface Name {
  /** What stands in a cell: `vfs_read+0x1c`, `postgres`, `nginx.service`. */
  text: string;
  /** More of the same for who looks closer: the file of a symbol, a cgroup's path. */
  detail?: string | undefined;
  /** Of an address: the function without the offset into it, demangled; undefined where only the object is known. */
  symbol?: string | undefined;
  /** Of an address: the file that it was mapped from (its last part), or the kernel's module. */
  object?: string | undefined;
}

/** What is known now; undefined where nothing is, or not yet. `of` is the process of a user symbol, and the build id of a file symbol's file. */
export type NameLookup = (kind: NameKind, value: bigint, of?: number | string) => Name | undefined;

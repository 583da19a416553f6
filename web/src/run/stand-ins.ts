import type { Program } from '@probepad/protocol/schema';

/**
 * Functions that a program names in SEC() and this kernel does not have. Often they are stand-ins: the program's own loader would have put
 * others in their place.
 */
export interface StandIn {
  /** As SEC() has it. */
  target: string;
  /** Those that are attached there, and those that would do the same a second time. */
  programs: readonly string[];
  needless: readonly string[];
}

const BY_KPROBE: readonly Program['attach'][] = ['kprobe', 'kretprobe'];
const BY_TRAMPOLINE: readonly Program['attach'][] = ['fentry', 'fexit'];

/** One for each function. Of programs for the same one those by kprobe are taken, which every kernel with functions to choose has. */
export function standInsOf(programs: readonly Program[]): StandIn[] {
  const own = programs.filter(({ attach }) => [...BY_KPROBE, ...BY_TRAMPOLINE].includes(attach));
  const hasKprobes = own.some(({ attach }) => BY_KPROBE.includes(attach));
  const taken = hasKprobes ? BY_KPROBE : BY_TRAMPOLINE;
  const needless = own.filter(({ attach }) => !taken.includes(attach)).map(({ name }) => name);
  const targets = [
    ...new Set(own.filter(({ attach }) => taken.includes(attach)).map(({ target }) => target)),
  ];
  return targets.map((target, at) => ({
    target,
    programs: own
      .filter((program) => program.target === target && taken.includes(program.attach))
      .map(({ name }) => name),
    // Left out once, with the first.
    needless: at === 0 ? needless : [],
  }));
}

/** What is attached where, once each stand-in has a function: empty ones are left out. */
export function attachedTo(
  standIns: readonly StandIn[],
  functions: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    standIns.flatMap(({ target, programs, needless }) => [
      ...programs.map((name) => [name, functions[target] || 'off']),
      ...needless.map((name) => [name, 'off']),
    ]),
  );
}

/** The parts of names that bcc's fsdist and fsslower give to what a file system does. */
type FileOperation = 'file_read' | 'file_write' | 'file_open' | 'file_sync' | 'getattr';

/** The functions of file systems, as the kernel's sources name them (`file_operations` and `inode_operations` in fs/). */
const FILE_SYSTEMS: Readonly<Record<string, Readonly<Record<FileOperation, string>>>> = {
  ext4: functionsOf(
    'ext4_file_read_iter ext4_file_write_iter ext4_file_open ext4_sync_file ext4_file_getattr',
  ),
  xfs: functionsOf('xfs_file_read_iter xfs_file_write_iter xfs_file_open xfs_file_fsync xfs_vn_getattr'),
  btrfs: functionsOf(
    'btrfs_file_read_iter btrfs_file_write_iter btrfs_file_open btrfs_sync_file btrfs_getattr',
  ),
  nfs: functionsOf('nfs_file_read nfs_file_write nfs_file_open nfs_file_fsync nfs_getattr'),
  overlay: functionsOf('ovl_read_iter ovl_write_iter ovl_open ovl_fsync ovl_getattr'),
};

function functionsOf(names: string): Record<FileOperation, string> {
  const [read = '', write = '', open = '', sync = '', getattr = ''] = names.split(' ');
  return { file_read: read, file_write: write, file_open: open, file_sync: sync, getattr };
}

/** For stand-ins of a file system's functions: what each is called in those that there are. */
export function fileSystemsFor(
  standIns: readonly StandIn[],
): { name: string; functions: Record<string, string> }[] {
  const operationOf = (target: string): string => target.replace(/^dummy_/, '');
  const isOne = ({ target }: StandIn): boolean =>
    target.startsWith('dummy_') && operationOf(target) in (FILE_SYSTEMS.ext4 ?? {});
  if (standIns.length === 0 || !standIns.every(isOne)) return [];
  return Object.entries(FILE_SYSTEMS).map(([name, operations]) => ({
    name,
    functions: Object.fromEntries(
      standIns.map(({ target }) => [target, operations[operationOf(target) as FileOperation]]),
    ),
  }));
}

import type { FlagTable } from './name-table.ts';

/** Access modes of open(2): the lowest two bits. Source: include/uapi/asm-generic/fcntl.h. */
export const ACCESS_MODES = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'] as const;

const OPEN_FLAGS: FlagTable = [
  ['O_TMPFILE', 0o20200000],
  ['O_SYNC', 0o4010000],
  ['O_CREAT', 0o100],
  ['O_EXCL', 0o200],
  ['O_NOCTTY', 0o400],
  ['O_TRUNC', 0o1000],
  ['O_APPEND', 0o2000],
  ['O_NONBLOCK', 0o4000],
  ['O_DSYNC', 0o10000],
  ['FASYNC', 0o20000],
  ['O_DIRECT', 0o40000],
  ['O_LARGEFILE', 0o100000],
  ['O_DIRECTORY', 0o200000],
  ['O_NOFOLLOW', 0o400000],
  ['O_NOATIME', 0o1000000],
  ['O_CLOEXEC', 0o2000000],
  ['O_PATH', 0o10000000],
];

/** Flags of open(2) of x86. Source: include/uapi/asm-generic/fcntl.h. */
export const OPEN_FLAGS_X86_64 = OPEN_FLAGS;

const ARM64_BITS: Record<string, number> = {
  O_TMPFILE: 0o20040000,
  O_DIRECTORY: 0o40000,
  O_NOFOLLOW: 0o100000,
  O_DIRECT: 0o200000,
  O_LARGEFILE: 0o400000,
};

/** Flags of open(2) of arm64, four of which lie elsewhere. Source: arch/arm64/include/uapi/asm/fcntl.h. */
export const OPEN_FLAGS_ARM64: FlagTable = OPEN_FLAGS.map(([name, bits]) => [name, ARM64_BITS[name] ?? bits]);

/** The first letter of `ls -l` by file type (`mode & S_IFMT`, shifted by 12). Source: include/uapi/linux/stat.h. */
export const FILE_TYPE_LETTERS: Record<number, string> = {
  1: 'p',
  2: 'c',
  4: 'd',
  6: 'b',
  8: '-',
  10: 'l',
  12: 's',
};

/** Flags of mount(2). Source: include/uapi/linux/mount.h. */
export const MOUNT_FLAGS: FlagTable = [
  ['MS_RDONLY', 1],
  ['MS_NOSUID', 2],
  ['MS_NODEV', 4],
  ['MS_NOEXEC', 8],
  ['MS_SYNCHRONOUS', 16],
  ['MS_REMOUNT', 32],
  ['MS_MANDLOCK', 64],
  ['MS_DIRSYNC', 128],
  ['MS_NOSYMFOLLOW', 256],
  ['MS_NOATIME', 1024],
  ['MS_NODIRATIME', 2048],
  ['MS_BIND', 4096],
  ['MS_MOVE', 8192],
  ['MS_REC', 16384],
  ['MS_SILENT', 32768],
  ['MS_POSIXACL', 1 << 16],
  ['MS_UNBINDABLE', 1 << 17],
  ['MS_PRIVATE', 1 << 18],
  ['MS_SLAVE', 1 << 19],
  ['MS_SHARED', 1 << 20],
  ['MS_RELATIME', 1 << 21],
  ['MS_KERNMOUNT', 1 << 22],
  ['MS_I_VERSION', 1 << 23],
  ['MS_STRICTATIME', 1 << 24],
  ['MS_LAZYTIME', 1 << 25],
];

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leavesOf } from '../leaves.ts';
import type { ProbeSchema, Program, Type } from '../schema.ts';
import { sampleSchema } from '../testing.ts';
import { formatValue } from './format.ts';
import type { FormatContext } from './format-context.ts';
import {
  PLAIN,
  type Presentation,
  presentationOf,
  presentLeaves,
  processLeaf,
  processOf,
} from './presentation.ts';
import { unknownTags } from './tags.ts';
import type { Value } from './value.ts';

/** C types as a probe writes them. An array stands behind what it is of. */
const INTS: Record<string, [size: number, signed: boolean, encoding?: 'char' | 'bool']> = {
  u8: [1, false],
  u16: [2, false],
  u32: [4, false],
  u64: [8, false],
  s32: [4, true],
  s64: [8, true],
  u128: [16, false],
  char: [1, true, 'char'],
  bool: [1, false, 'bool'],
};
const TYPEDEFS: Record<string, string> = {
  __be16: 'u16',
  __be32: 'u32',
  pid_t: 's32',
  uid_t: 'u32',
  gid_t: 'u32',
  dev_t: 'u32',
  umode_t: 'u16',
  size_t: 'u64',
};

function typeNamed(types: Type[], text: string): number {
  const array = /^(.+)\[(\d+)\]$/.exec(text);
  if (array)
    return (
      types.push({ kind: 'array', element: typeNamed(types, array[1] ?? ''), length: Number(array[2]) }) - 1
    );
  const behind = TYPEDEFS[text];
  if (behind !== undefined)
    return types.push({ kind: 'typedef', name: text, target: typeNamed(types, behind) }) - 1;
  if (text.endsWith('*'))
    return types.push({ kind: 'pointer', target: types.push({ kind: 'void' }) - 1 }) - 1;
  const [size, signed, encoding = 'integer'] = INTS[text] ?? assert.fail(`no type ${text}`);
  return types.push({ kind: 'int', name: text, size, signed, encoding }) - 1;
}

function programAt(section: string): Program {
  return {
    name: 'handler',
    section,
    type: 'tracepoint',
    target: section.slice(section.indexOf('/') + 1),
    attach: 'tracepoint',
    needsTarget: false,
    targetExample: '',
  };
}

interface Case extends FormatContext {
  /** `type name`, as in a struct. */
  member: string;
  struct?: string;
  program?: string;
  tags?: string[];
  dividesTimes?: true;
  value: Value;
  text: string;
}

function textOf({ member, struct = '', program, tags, value, dividesTimes, ...context }: Case): string {
  const [type = '', name = ''] = member.split(' ');
  const types: Type[] = [];
  const id = typeNamed(types, type);
  const around =
    types.push({ kind: 'struct', name: struct, size: 64, members: [{ name, type: id, offsetBits: 0 }] }) - 1;
  const schema = sampleSchema({
    types,
    programs: program === undefined ? [] : [programAt(program)],
    ...(dividesTimes && { dividesTimes }),
  });
  return formatValue(value, presentationOf(schema, { type: id, name, tags }, around), context);
}

const KERNEL = 0xffff_ffff_8100_0000n;
const names: FormatContext['names'] = (kind, value, pid) => {
  const known: Record<string, string> = {
    'process 1234': 'postgres',
    'user 0': 'root',
    'cgroup 77': 'nginx.service',
    'device 8388608': 'sda',
    [`kernel_symbol ${KERNEL}`]: 'vfs_read+0x1c',
    'user_symbol 4198400 1234': 'main+0x10',
  };
  const text = known[`${kind} ${value}${pid === undefined ? '' : ` ${pid}`}`];
  return text === undefined ? undefined : { text };
};
const clock: FormatContext['clock'] = (ns) => (ns > 1_000_000n ? `at ${ns}` : undefined);
const LOCALHOST = 0x0100007f;
const TCP = 'tracepoint/sock/inet_sock_set_state';

const CASES: Case[] = [
  // Network.
  { member: '__be32 saddr', value: LOCALHOST, text: '127.0.0.1' },
  { member: 'u32 daddr_v4', value: LOCALHOST, text: '127.0.0.1' },
  { member: 'u32 src_ip', value: LOCALHOST, text: '127.0.0.1' },
  { member: 'u8[4] ip', value: [10, 0, 0, 1], text: '10.0.0.1' },
  { member: 'u64 addr', value: 0xffff888000000000n, text: '0xffff888000000000' },
  { member: 'u128 saddr', value: BigInt(LOCALHOST), text: '127.0.0.1' },
  { member: 'u128 saddr', value: 1n << 120n, text: '::1' },
  { member: 'u32[4] daddr', value: [0xb80d0120, 0, 0, 0x01000000], text: '2001:db8::1' },
  {
    member: 'u8[16] saddr_v6',
    value: [...Array(10).fill(0), 255, 255, 10, 0, 0, 9],
    text: '10.0.0.9',
  },
  { member: 'u8[6] h_source', value: [2, 0, 0, 0xab, 0xcd, 9], text: '02:00:00:ab:cd:09' },
  { member: 'u16 dport', value: 443, text: '443' },
  { member: '__be16 dport', value: 0xbb01, text: '443' },
  { member: '__be16 h_proto', value: 0xdd86, text: 'IPv6' },
  { member: '__be32 seq', value: 0x01000000, text: '1' },
  { member: 'u16 family', value: 10, text: 'AF_INET6' },
  { member: 'u8 protocol', value: 17, text: 'UDP' },
  { member: 'u32 proto', value: 6, text: '6' },
  { member: 'u32 proto', program: 'kprobe/inet_listen', value: 6, text: 'TCP' },
  { member: 's32 newstate', program: TCP, value: 1, text: 'ESTABLISHED' },
  { member: 's32 newstate', program: 'tracepoint/power/cpu_idle', value: 1, text: '1' },
  {
    member: 's32 type',
    program: 'tracepoint/syscalls/sys_enter_socket',
    value: 0o2000001,
    text: 'SOCK_STREAM|SOCK_CLOEXEC',
  },
  // System calls and what they are given and give back.
  { member: 's32 ret', value: -2, text: '-2 ENOENT' },
  { member: 's32 ret', value: 3, text: '3' },
  { member: 'u32 retval', value: 0xfffffff3, text: '-13 EACCES' },
  { member: 's64 ret', value: -110n, text: '-110 ETIMEDOUT' },
  { member: 's64 ret', value: -99_999n, text: '-99999' },
  { member: 's32 errno', value: 11, text: '11 EAGAIN' },
  { member: 'u32 syscall_nr', arch: 'x86_64', value: 257, text: 'openat' },
  { member: 'u32 syscall_nr', arch: 'aarch64', value: 56, text: 'openat' },
  { member: 'u32 syscall_nr', arch: 'riscv64', value: 56, text: '56' },
  { member: 's64 id', program: 'tracepoint/raw_syscalls/sys_enter', arch: 'x86_64', value: 0n, text: 'read' },
  { member: 's64 id', arch: 'x86_64', value: 0n, text: '0' },
  { member: 's32 sig', value: 9, text: '9 SIGKILL' },
  { member: 's32 sig', value: 0, text: '0' },
  {
    member: 's32 flags',
    program: 'tracepoint/syscalls/sys_enter_openat',
    arch: 'x86_64',
    value: 0o2000102,
    text: 'O_RDWR|O_CREAT|O_CLOEXEC',
  },
  {
    member: 's32 flags',
    program: 'tracepoint/syscalls/sys_enter_openat',
    arch: 'x86_64',
    value: 0o200000,
    text: 'O_RDONLY|O_DIRECTORY',
  },
  {
    member: 's32 flags',
    program: 'tracepoint/syscalls/sys_enter_openat',
    arch: 'aarch64',
    value: 0o40000,
    text: 'O_RDONLY|O_DIRECTORY',
  },
  { member: 's32 flags', program: 'tracepoint/syscalls/sys_enter_openat', value: 0o2000102, text: '0x80042' },
  { member: 's32 flags', value: 16, text: '0x10' },
  { member: 'umode_t mode', value: 0o100644, text: '-rw-r--r-- (0644)' },
  { member: 'umode_t mode', value: 0o041777, text: 'drwxrwxrwt (01777)' },
  {
    member: 'u32 mode',
    program: 'tracepoint/syscalls/sys_enter_mkdirat',
    value: 0o755,
    text: 'rwxr-xr-x (0755)',
  },
  { member: 'u32 mode', value: 3, text: '3' },
  { member: 'u64 prot', value: 5n, text: 'PROT_READ|PROT_EXEC' },
  { member: 'u64 prot', value: 0n, text: 'PROT_NONE' },
  {
    member: 'u64 clone_flags',
    value: 0x11200n,
    text: 'CLONE_FS|CLONE_PIDFD|CLONE_THREAD',
  },
  { member: 'u64 flags', struct: 'mount', value: 4097n, text: 'MS_RDONLY|MS_BIND' },
  { member: 'u32 cmd_flags', value: 1, text: 'WRITE' },
  { member: 'u32 cmd_flags', value: 0x801, text: 'WRITE|0x800' },
  { member: 's32 cap', program: 'kprobe/cap_capable', value: 21, text: 'CAP_SYS_ADMIN' },
  { member: 'u32 vec', program: 'tp_btf/softirq_entry', value: 3, text: 'NET_RX' },
  // Time and sizes.
  { member: 'u64 delta_us', value: 1500n, text: '1.5 ms' },
  { member: 'u64 duration_ns', value: 1_234_567n, text: '1.23 ms' },
  { member: 'u64 acq_max_time', value: 2_000n, text: '2 µs' },
  { member: 'u64 min_ns', value: 0xffff_ffff_ffff_ffffn, text: '18446744073709551615' },
  { member: 'u64 ts', clock, value: 2_000_000n, text: 'at 2000000' },
  { member: 'u64 ts', clock: (ns) => `at ${ns}`, value: 0n, text: '0' },
  { member: 'u64 ts_us', clock, value: 2_000n, text: 'at 2000000' },
  { member: 'u64 time', clock, value: 500_000n, text: '500 µs' },
  { member: 'u64 time_ns', clock, value: 2_000_000n, text: 'at 2000000' },
  { member: 'u64 time', value: 500_000n, text: '500000' },
  { member: 'u64 delta', value: 1500n, text: '1.5 µs' },
  { member: 'u64 delta', dividesTimes: true, value: 1500n, text: '1500' },
  { member: 'u32 mnt_ns', value: 4026531841, text: '4026531841' },
  { member: 'u64[2] time', clock, value: [1n, 2n], text: '[1, 2]' },
  { member: 'u64 bytes', value: 1536n, text: '1.5 KiB' },
  { member: 'u64 read_bytes', value: 10n, text: '10 B' },
  { member: 'u32 queue_len', value: 2048, text: '2048' },
  { member: 'u32 rx_bytes_per_sec', value: 2048, text: '2 KiB/s' },
  { member: 'u32 cpu_percent', value: 40, text: '40 %' },
  // What the host has names for.
  { member: 'u32 pid', names, value: 1234, text: '1234 (postgres)' },
  { member: 'u32 pid', value: 1234, text: '1234' },
  { member: 'u32 prev_pid', names, value: 1, text: '1' },
  { member: 'u64 pid_tgid', value: (1234n << 32n) | 1240n, text: '1234/1240' },
  { member: 'gid_t tgid', names, value: 1234, text: '1234 (postgres)' },
  { member: 'u32 uid', names, value: 0, text: '0 (root)' },
  { member: 'u64 cgroup_id', names, value: 77n, text: 'nginx.service' },
  { member: 'u64 cgroup_id', value: 77n, text: '77' },
  { member: 'dev_t dev', names, value: 8 << 20, text: '8:0 (sda)' },
  { member: 'u64 ip', names, value: KERNEL, text: 'vfs_read+0x1c' },
  { member: 'u64 ip', value: KERNEL, text: '0xffffffff81000000' },
  { member: 'u64[4] stack', names, pid: 1234, value: [4198400n, 16n, 0n, 0n], text: 'main+0x10 ← 0x10' },
  { member: 's32 kern_stack_id', value: -14, text: '-14 EFAULT' },
  { member: 'void* ptr', value: 0xffff888000000000n, text: '0xffff888000000000' },
  // Texts.
  { member: 'char[16] comm', value: 'a\u001b[2J', text: 'a␛[2J' },
  { member: 'char[64] args', value: 'sh\0-c\0echo hi\0', text: "sh -c 'echo hi'" },
  { member: 'char[64] args', value: 'ls -l', text: 'ls -l' },
  { member: 'char type', value: 82, text: 'R' },
  { member: 'bool exit_event', value: true, text: 'true' },
  // The author's word.
  { member: 'u64 latency', tags: ['unit=us'], value: 1500n, text: '1.5 ms' },
  { member: 'u64 nr', tags: ['unit=pages'], value: 15n, text: '15 pages' },
  { member: 'u32 daddr', tags: ['as=plain'], value: 5, text: '5' },
  { member: 's64 outcome', tags: ['as=result'], value: -1n, text: '-1 EPERM' },
];

for (const each of CASES) {
  const given = [each.struct && `in ${each.struct}`, each.program, each.arch, each.tags?.join()].filter(
    Boolean,
  );
  const around = given.length === 0 ? '' : ` (${given.join(', ')})`;
  test(`${each.member}${around} shows ${each.text}`, () => assert.equal(textOf(each), each.text));
}

test('what only the host can name is text of strangers', () => {
  const names: FormatContext['names'] = () => ({ text: 'ev\u001bil' });
  for (const member of ['u32 pid', 'u64 cgroup_id', 'u64 ip']) {
    const text = textOf({ member, names, value: member === 'u64 ip' ? KERNEL : 1n, text: '' });
    assert.match(text, /ev␛il/);
  }
});

function recordOf(members: string[]): { schema: ProbeSchema; type: number } {
  const types: Type[] = [];
  const made = members.map((member) => {
    const [type = '', name = ''] = member.split(' ');
    return { name, type: typeNamed(types, type), offsetBits: 0 };
  });
  const type = types.push({ kind: 'struct', name: 'event', size: 64, members: made }) - 1;
  return { schema: sampleSchema({ types }), type };
}

test('a process whose command stands beside its id needs no name, its parent does', () => {
  const { schema, type } = recordOf([
    'u32 pid',
    'u32 ppid',
    'char[16] comm',
    'u32 prev_pid',
    'char[16] prev_comm',
  ]);
  const shown = presentLeaves(schema, leavesOf(schema, type), type);
  assert.deepEqual(
    shown.map(({ nameKind }) => nameKind),
    [undefined, 'process', undefined, undefined, undefined],
  );
});

test('addresses of a record are those of its process, not of its thread', () => {
  const { schema, type } = recordOf(['u32 tid', 'u32 tgid', 'u64[4] stack']);
  const leaves = leavesOf(schema, type);
  assert.equal(processLeaf(leaves, presentLeaves(schema, leaves, type)), 1);
  assert.equal(processOf((7n << 32n) | 8n, { meaning: 'pid_tgid' }), 7);
});

function shownEnum(values: Record<string, number>, tags: string[] = []): Presentation {
  const named = Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]);
  const types: Type[] = [{ kind: 'enum', name: 'mask', size: 4, signed: false, values: named }];
  return presentationOf(sampleSchema({ types }), { type: 0, name: 'mask', tags });
}

test('bits of an enum have the names that the enum gives them', () => {
  const shown = shownEnum({ NONE: 0, MAY_EXEC: 1, MAY_WRITE: 2, MAY_READ: 4 });
  assert.equal(formatValue(6, shown), 'MAY_WRITE|MAY_READ');
  assert.equal(formatValue(9, shown), 'MAY_EXEC|0x8');
  assert.equal(formatValue('MAY_READ', shown), 'MAY_READ');
});

test('a name for several bits stands for all of them, where it fits whole', () => {
  const shown = shownEnum({ R: 1, W: 2, X: 4, RW: 3, ALL: 7 });
  assert.equal(formatValue(5, shown), 'R|X');
  assert.equal(formatValue(11, shown), 'RW|0x8');
  assert.equal(formatValue(15, shown), 'ALL|0x8');
  assert.equal(formatValue(9, shownEnum({ R: 1, W: 2, RW: 3, X: 4, APPEND: 8 })), 'R|APPEND');
});

test('numbers that happen to be bits, too, stay numbers unless an annotation says what they are', () => {
  const numbers = [
    { A: 1, B: 2, C: 3, D: 4 },
    { A: 0, B: 1, C: 2 },
    { A: 1, B: 2, C: 4, D: 25 },
    { A: 1, B: 2, C: 4, SAME: 4 },
    { A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, H: 16 },
    { A: 1, B: 2, C: 3, D: 4, F: 6 },
  ];
  for (const values of numbers) assert.equal(formatValue(9, shownEnum(values)), '9', JSON.stringify(values));
  assert.equal(formatValue(5, shownEnum({ A: 1, B: 2, C: 3, D: 4 }, ['as=enum_flags'])), 'A|D');
});

test('structs in an array are read member by member', () => {
  const { schema, type } = recordOf(['__be32 saddr', 's32 ret']);
  const array = schema.types.push({ kind: 'array', element: type, length: 1 }) - 1;
  const shown = presentationOf(schema, { type: array, name: 'peers' });
  assert.equal(formatValue([{ saddr: LOCALHOST, ret: -1 }], shown), '[{ saddr: 127.0.0.1, ret: -1 EPERM }]');
});

test('annotations name, hide and choose; unknown ones are told', () => {
  const { schema, type } = recordOf(['u64 latency']);
  const tags = ['label=Time in queue', 'hide', 'key', 'view=heatmap', 'colour=red', 'hide=yes'];
  const struct = schema.types[type];
  assert.ok(struct?.kind === 'struct' && struct.members[0]);
  struct.members[0].tags = tags;
  const [shown] = presentLeaves(schema, leavesOf(schema, type), type);
  assert.deepEqual(shown, {
    meaning: 'duration_ns',
    label: 'Time in queue',
    hidden: true,
    key: true,
    view: 'heatmap',
  });
  assert.deepEqual(unknownTags(schema), ['colour=red', 'hide=yes']);
  struct.members[0].tags = ['enum=nowhere'];
  assert.deepEqual(unknownTags(schema), ['enum=nowhere']);
});

test('a time that the program reckons from another is a span', () => {
  const { schema, type } = recordOf(['u64 time', 'u64 ts']);
  const meanings = presentLeaves({ ...schema, timeDifferences: ['time'] }, leavesOf(schema, type), type);
  assert.deepEqual(
    meanings.map(({ meaning }) => meaning),
    ['duration_ns', 'time_ns'],
  );
});

test('a port whose bytes the program never turned is turned here', () => {
  const { schema, type } = recordOf(['u16 dport', 'u16 lport']);
  const ports = (): string[] =>
    presentLeaves({ ...schema, networkOrder: ['dport'] }, leavesOf(schema, type), type).map((shown) =>
      formatValue(0xbb01, shown),
    );
  assert.deepEqual(ports(), ['443', '47873']);
  assert.equal(formatValue(0xbb01, PLAIN), '47873');
});

/** What a member is good for in a view, as its name, type and tags tell. The names are those that programs use. */

import type { Leaf } from '../leaves.ts';
import type { ProbeSchema } from '../schema.ts';
import { isCharType, resolveType, sizeOfType } from '../types.ts';
import type { Meaning } from '../values/meaning.ts';
import { isAmount } from '../values/per-cpu.ts';
import { meaningOf } from '../values/presentation.ts';
import type { ColumnName, Ends, Measure, Scale, Slots, StackColumn } from './view.ts';

/** How programs name a list of counts by size. */
const SLOTS_NAME = /slots|hist|buckets/i;
const SLOTS_MIN = 8;
const SLOTS_MAX = 64;

/** Numbers that name something: adding them up, or the mean of them, says nothing. */
const IDENTIFIER =
  /^(.*_)?(pid|tid|tgid|ppid|nspid|pidns|mntns|netns|uid|gid|euid|egid|loginuid|id|ids|cpu|cpuid|cpu_id|core|node|nid|fd|ino|inode|dev|rdev|major|minor|sector|[a-z]?addr|address|ip|port|ptr|dport|sport|lport|rport|mac|family|af|proto|protocol|type|kind|op|opcode|state|oldstate|newstate|flags?|mode|cap|audit|sig|signal|prio|priority|policy|ifindex|ipver|ip_?v|version|vec|irq|nr|syscall|sysnr|syscall_nr|cgroup|cgid|cookie|hash|key|index|idx|cmd|pgid|sid|session|pid_tgid|gfp_flags|order|unused|pad|padding|reserved|magic|seq|ack|skb|sk|sock|ret|retval|rc|err|error|errno|exit_code|insetid|tgt|nltype|ioctl)(_?\d+|_v\d+)?$/i;
/** Moments, and sizes that belong to another member. */
const NO_MEASURE =
  /^(since|ts|timestamp|time_?stamp|start_?ts|end_?ts)(_.*)?$|(_at|_ts|stack_?(sz|size|len))$/i;
/** Of those, what is worth a line of its own in a chart. Names first, then numbers that name. */
const SPLITTING =
  /^(.*_)?(comm|task|name|command|type|kind|op|opcode|pid|tid|tgid|uid|gid|cpu|core|node|state|newstate|oldstate|proto|protocol|family|af|ret|retval|err|errno|sig|signal|cap|dev|irq|vec|nr|syscall|cgroup|cgid|dport|lport|port|daddr|addr|mode|prio|cmd|path|file|fname|filename|disk|host)(_?\d+|_v4|_nr)?$/i;
/** Numbers that go up and down, or are a largest or latest one. */
const GAUGE =
  /^(.*_)?(max|min|avg|mean|cur|curr|current|last|latest|len|length|depth|level|size|inflight|in_flight|active|open|used|free|avail|available|load|temp|freq|mhz|state|value|ewma|window|cwnd|wnd|rtt|srtt|watermark|high|low|limit|threshold|interval|timeout)(_.*)?$/i;
/** A number of stack ids that `bpf_get_stackid` gave. */
const STACK_ID = /stack_?id$|stkid$|^(k|u)(ern|ser)?_?stack$|stack$/i;
/** A list of return addresses that `bpf_get_stack` filled. */
const STACK_LIST = /stack|callchain|^ips?$|backtrace/i;
const STACK_MIN = 4;

/** The two ends of something. The members' names without what tells address families apart. */
const ENDS: readonly [from: RegExp, to: RegExp][] = [
  [/^(.*_)?saddr(.*)$/, /^(.*_)?daddr(.*)$/],
  [
    /^(.*_)?(src|source)(_?(addr|ip|comm|pid|node|cpu).*)?$/,
    /^(.*_)?(dst|dest|destination|target)(_?(addr|ip|comm|pid|node|cpu).*)?$/,
  ],
  [/^(.*_)?(laddr|local_?(addr|ip))(.*)$/, /^(.*_)?(raddr|remote_?(addr|ip))(.*)$/],
  [/^waker(.*)$/, /^(target|wakee)(.*)$/],
  [/^from(_.*)?$/, /^to(_.*)?$/],
  [/^pid$/, /^tpid$/],
  [/^fpid$/, /^tpid$/],
];

const lastOf = (leaf: Leaf): string => leaf.path.at(-1) ?? '';

export function isHidden(leaf: Leaf): boolean {
  return leaf.tags.includes('hide') || leaf.counts !== undefined;
}

/** What `btf_decl_tag("probepad:name=…")` says of a member. */
export function tagOf(leaf: Leaf, name: string): string | undefined {
  return leaf.tags.find((tag) => tag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** The member as a number to draw; undefined where its size means nothing. `owner` names it when it has no name of its own. */
export function measureOf(schema: ProbeSchema, leaf: Leaf, owner = ''): Measure | undefined {
  if (leaf.type < 0 || isHidden(leaf) || leaf.tags.includes('key') || !isNumber(schema, leaf))
    return undefined;
  const growth = tagOf(leaf, 'growth');
  const name = lastOf(leaf);
  if (growth === undefined && tagOf(leaf, 'unit') === undefined) {
    if (IDENTIFIER.test(name) || NO_MEASURE.test(name) || stackIdOf(schema, leaf)) return undefined;
  }
  return {
    column: leaf.name,
    growth:
      growth === 'gauge' || (growth !== 'counter' && GAUGE.test(name === '' ? owner : name))
        ? 'gauge'
        : 'counter',
  };
}

function isNumber(schema: ProbeSchema, leaf: Leaf): boolean {
  return isAmount(schema, leaf.type, meaningOf(schema, leaf));
}

/** Lists of numbers that are short enough for a line each. */
const LIST_MAX = 32;

/** A list of numbers as measures of its own: counters by kind, which programs keep in globals. */
export function listMeasureOf(schema: ProbeSchema, leaf: Leaf): Measure | undefined {
  const type = resolveType(schema, leaf.type);
  if (type.kind !== 'array' || type.length > LIST_MAX || isCharType(schema, type.element)) return undefined;
  return measureOf(schema, { ...leaf, type: type.element });
}

/** Members that rows may be told apart by, the best first: what is tagged, text, then what names. */
export function splitsOf(schema: ProbeSchema, leaves: readonly Leaf[]): ColumnName[] {
  return leaves
    .filter((leaf) => !isHidden(leaf))
    .map((leaf) => ({ leaf, rank: splitRank(schema, leaf) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ leaf }) => leaf.name);
}

/** What lists of octets may be. */
const ADDRESSES: readonly Meaning[] = ['ipv4', 'ipv6', 'ip', 'mac'];

function splitRank(schema: ProbeSchema, leaf: Leaf): number {
  if (leaf.type < 0) return 0;
  if (leaf.tags.includes('key')) return 9;
  const type = resolveType(schema, leaf.type);
  const name = lastOf(leaf);
  if (type.kind === 'array') {
    if (!isCharType(schema, type.element)) return ADDRESSES.includes(meaningOf(schema, leaf)) ? 2 : 0;
    return /comm|task|name|^command/.test(name) && !/file/.test(name) ? 8 : 6;
  }
  if (type.kind === 'enum') return 7;
  if (type.kind === 'int' && type.encoding === 'bool') return 4;
  if (type.kind !== 'int' && type.kind !== 'pointer' && type.kind !== 'struct') return 0;
  if (type.kind === 'struct') return 2;
  return SPLITTING.test(name) && !stackIdOf(schema, leaf) ? 3 : 0;
}

/** A list of counts by size among the members of a value or section, or in structs that one of them lists. */
export function slotsIn(schema: ProbeSchema, leaf: Leaf, owner: string): Slots | undefined {
  if (leaf.type < 0 || isHidden(leaf)) return undefined;
  const type = resolveType(schema, leaf.type);
  if (type.kind !== 'array') return undefined;
  const scale: Scale = tagOf(leaf, 'scale') === 'linear' ? 'linear' : 'log2';
  const element = resolveType(schema, type.element);
  if (element.kind === 'int' && isSlotList(type.length) && element.encoding === 'integer') {
    return SLOTS_NAME.test(leaf.name === '' ? owner : lastOf(leaf))
      ? { in: 'value', column: leaf.name, scale, ...unitTag(leaf) }
      : undefined;
  }
  if (element.kind !== 'struct') return undefined;
  const member = element.members.find(({ name, type: inner }) => {
    const list = resolveType(schema, inner);
    return list.kind === 'array' && isSlotList(list.length) && SLOTS_NAME.test(name);
  });
  return member && { in: 'list', column: leaf.name, member: member.name, scale, ...unitTag(leaf) };
}

function unitTag(leaf: Leaf): { unit?: string } {
  const unit = tagOf(leaf, 'unit');
  return unit === undefined ? {} : { unit };
}

function isSlotList(length: number): boolean {
  return length >= SLOTS_MIN && length <= SLOTS_MAX;
}

/** Whether a map's own name and size say that each of its entries is a slot. */
export function isSlotArray(source: { mapType: string; maxEntries: number; name: string }): boolean {
  return (
    ['array', 'percpu_array'].includes(source.mapType) &&
    source.maxEntries >= SLOTS_MIN * 2 &&
    source.maxEntries <= SLOTS_MAX &&
    /hist|slots|latenc|dist|buckets/i.test(source.name)
  );
}

/** The member as the id of a stack. */
export function stackIdOf(schema: ProbeSchema, leaf: Leaf): StackColumn | undefined {
  const type = leaf.type < 0 ? undefined : resolveType(schema, leaf.type);
  if (type?.kind !== 'int' || type.encoding !== 'integer' || !STACK_ID.test(lastOf(leaf))) return undefined;
  return { column: leaf.name, space: spaceOf(leaf) };
}

/** The member as a list of return addresses. */
export function stackListOf(schema: ProbeSchema, leaf: Leaf): StackColumn | undefined {
  const type = leaf.type < 0 ? undefined : resolveType(schema, leaf.type);
  if (type?.kind !== 'array' || (type.length !== 0 && type.length < STACK_MIN)) return undefined;
  const element = resolveType(schema, type.element);
  const wide =
    sizeOfType(schema, type.element) === 8 && (element.kind === 'int' || element.kind === 'pointer');
  return wide && STACK_LIST.test(lastOf(leaf)) ? { column: leaf.name, space: spaceOf(leaf) } : undefined;
}

function spaceOf(leaf: Leaf): StackColumn['space'] {
  const name = lastOf(leaf);
  if (/^(u|user|usr)_?|_u_|user/i.test(name)) return 'user';
  return /^(k|kern)|_k_|kern/i.test(name) ? 'kernel' : 'unknown';
}

/** Pairs of members that are two ends. Ends of one kind have types of one size. */
export function endsOf(schema: ProbeSchema, leaves: readonly Leaf[]): Ends[] {
  const shown = leaves.filter((leaf) => leaf.type >= 0 && !isHidden(leaf));
  for (const [from, to] of ENDS) {
    const ends = shown.flatMap((leaf): Ends[] => {
      const match = from.exec(lastOf(leaf));
      if (!match) return [];
      const other = shown.find((each) => {
        const found = each !== leaf && each.size === leaf.size ? to.exec(lastOf(each)) : null;
        return found !== null && found.at(-1) === match.at(-1) && pathOf(each) === pathOf(leaf);
      });
      return other && sizeOfType(schema, other.type) === sizeOfType(schema, leaf.type)
        ? [{ from: leaf.name, to: other.name }]
        : [];
    });
    if (ends.length > 0) return ends;
  }
  return [];
}

/** The structs that a member lies in, without those that unions of address families bring. */
function pathOf(leaf: Leaf): string {
  return leaf.path.length > 1 && !/^(s|d|src|dst|source|dest)/.test(leaf.path[0] ?? '')
    ? (leaf.path[0] ?? '')
    : '';
}

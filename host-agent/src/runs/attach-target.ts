/**
 * What a user writes as a program's target, to what the loader takes. One grammar for forms, links and `--attach`:
 *
 * | program              | target |
 * |----------------------|--------|
 * | any                  | `off` (also the default of `SEC("?…")`), `auto` (as SEC() says) |
 * | tracepoint           | `sched:sched_switch` |
 * | raw_tracepoint       | `sched_switch` |
 * | fentry, lsm, tp_btf… | `vfs_read` |
 * | kprobe, kretprobe    | `vfs_read`, `vfs_read+0x10`, `vfs_*`, `vfs_rea?` (by kprobe.multi) |
 * | ksyscall             | `openat` |
 * | uprobe, uretprobe    | `/usr/bin/bash:readline`, `/lib/x.so:func+0x10`, `/lib/x.so:0x4010`, `/lib/x.so:read*` (by uprobe.multi), each with `,pid=123` |
 * | usdt                 | `/lib/libc.so.6:libc:setjmp`, with `,pid=123` |
 * | perf_event           | `cpu-clock`, `cpu-clock@99` (samples a second), `cycles/100000` (one sample in so many), with `,pid=123` |
 * | xdp                  | `eth0`, `eth0:generic`, `eth0:native` |
 * | tc                   | `eth0` (ingress), `eth0:ingress`, `eth0:egress` |
 * | socket_filter        | `eth0` |
 * | cgroup               | `/sys/fs/cgroup/system.slice`, always named |
 * | iter                 | `once`, `500ms`, `2s` |
 */
import { fail } from '@probepad/protocol/errors';
import { PERF_FREQUENCY_HZ } from '@probepad/protocol/limits';
import type { AttachSpec } from '@probepad/protocol/loader';
import type { Program } from '@probepad/protocol/schema';

/** What of the machine a target may depend on. */
export interface TargetSurroundings {
  /** Root of the cgroup v2 hierarchy, undefined where there is none. */
  cgroupRoot: string | undefined;
  interfaces: readonly string[];
}

type Parser = (program: Program, target: string) => AttachSpec;

/** Splits `,pid=123` off; -1 stands for every process. */
function splitPid(program: Program, target: string): { rest: string; pid: number } {
  const match = /^(.*),pid=(\d+)$/s.exec(target);
  if (match !== null) return { rest: match[1] as string, pid: Number(match[2]) };
  if (/,pid=/.test(target)) return badTarget(program, target, 'what follows ,pid= is not a number');
  return { rest: target, pid: -1 };
}

/** Splits `+0x10` or `+16` off. */
function splitOffset(target: string): { rest: string; offset: number } {
  const match = /^(.*)\+(0x[0-9a-fA-F]+|\d+)$/s.exec(target);
  return match === null
    ? { rest: target, offset: 0 }
    : { rest: match[1] as string, offset: Number(match[2]) };
}

function badTarget(program: Program, target: string, reason: string): never {
  return fail('bad_target', `reading the target "${target}" of ${program.name}: ${reason}`, {
    program: program.name,
    reason: `${reason}, as in ${program.targetExample}`,
  });
}

/** What the loader takes as a function's name, and a pattern of them (target_name.c). */
const SYMBOL = /^[A-Za-z_.][A-Za-z0-9_.]*$/;
const PATTERN = /^[A-Za-z0-9_.*?]+$/;

function symbol(program: Program, target: string): string {
  return SYMBOL.test(target) ? target : badTarget(program, target, 'it is not the name of a function');
}

function pattern(program: Program, target: string): string {
  return PATTERN.test(target) ? target : badTarget(program, target, 'it is not a pattern of function names');
}

/** libbpf would look into an archive in front of "!/". */
function binary(program: Program, target: string, path: string): string {
  return path.includes('!/') ? badTarget(program, target, 'the path holds "!/"') : path;
}

const tracepoint: Parser = (program, target) => {
  const match = /^(?:tracepoint\/|tp\/)?([\w-]+)[:/]([\w-]+)$/.exec(target);
  if (match === null) return badTarget(program, target, 'it is not category:name');
  return { type: 'tracepoint', category: match[1] as string, name: match[2] as string };
};

const tracing: Parser = (program, target) => ({ type: 'tracing', function: symbol(program, target) });

/** It would replace something else than the return address. */
const RETURNS_FROM_INSIDE = 'a return probe takes no offset within a function';

function kprobe(returns: boolean): Parser {
  return (program, target) => {
    if (/[*?]/.test(target))
      return { type: 'kprobe_multi', pattern: pattern(program, target), return: returns };
    const { rest, offset } = splitOffset(target);
    if (returns && offset !== 0) return badTarget(program, target, RETURNS_FROM_INSIDE);
    return { type: 'kprobe', function: symbol(program, rest), offset, return: returns };
  };
}

function ksyscall(returns: boolean): Parser {
  return (program, target) => ({ type: 'ksyscall', syscall: symbol(program, target), return: returns });
}

function uprobe(returns: boolean): Parser {
  return (program, target) => {
    const { rest, pid } = splitPid(program, target);
    const colon = rest.lastIndexOf(':');
    const path = binary(program, target, rest.slice(0, colon));
    const place = rest.slice(colon + 1);
    if (colon < 1 || place === '') return badTarget(program, target, 'it is not path:function');
    if (/^0x[0-9a-fA-F]+$/.test(place)) {
      return { type: 'uprobe', path, function: '', offset: Number(place), return: returns, pid };
    }
    const { rest: name, offset } = splitOffset(place);
    if (returns && offset !== 0) return badTarget(program, target, RETURNS_FROM_INSIDE);
    return { type: 'uprobe', path, function: name, offset, return: returns, pid };
  };
}

const usdt: Parser = (program, target) => {
  const { rest, pid } = splitPid(program, target);
  const match = /^(.+):([^:]+):([^:]+)$/s.exec(rest);
  if (match === null) return badTarget(program, target, 'it is not path:provider:name');
  return {
    type: 'usdt',
    path: binary(program, target, match[1] as string),
    provider: match[2] as string,
    name: match[3] as string,
    pid,
  };
};

const perfEvent: Parser = (program, target) => {
  const { rest, pid } = splitPid(program, target);
  const match = /^([a-z][a-z0-9-]*)(?:@(\d+)|\/(\d+))?$/.exec(rest);
  if (match === null) return badTarget(program, target, 'it is not event@frequency');
  const period = Number(match[3] ?? 0);
  const frequency = period > 0 ? 0 : Number(match[2] ?? PERF_FREQUENCY_HZ);
  if (period === 0 && frequency === 0) return badTarget(program, target, 'the frequency is 0');
  return { type: 'perf_event', event: match[1] as string, frequency, period, pid };
};

/** Interface names as the kernel takes them: 15 characters, no space, slash or colon (net/core/dev.c, dev_valid_name). */
const INTERFACE = /^[^\s/:]{1,15}$/;

function interfaceOf(program: Program, target: string, name: string | undefined): string {
  if (name === undefined || !INTERFACE.test(name))
    return badTarget(program, target, 'it does not begin with an interface');
  return name;
}

const xdp: Parser = (program, target) => {
  const [name, mode = 'default', ...more] = target.split(':');
  const known = mode === 'default' || mode === 'generic' || mode === 'native';
  if (!known || more.length > 0) return badTarget(program, target, 'the mode is neither generic nor native');
  return { type: 'xdp', interface: interfaceOf(program, target, name), mode };
};

const tc: Parser = (program, target) => {
  const [name, direction = egressBySection(program) ? 'egress' : 'ingress', ...more] = target.split(':');
  const known = direction === 'ingress' || direction === 'egress';
  if (!known || more.length > 0)
    return badTarget(program, target, 'the direction is neither ingress nor egress');
  return { type: 'tc', interface: interfaceOf(program, target, name), direction };
};

function egressBySection(program: Program): boolean {
  return program.section.includes('egress');
}

const iterator: Parser = (program, target) => {
  if (target === 'once') return { type: 'iter', interval: 0 };
  const match = /^(\d+)(ms|s)$/.exec(target);
  if (match === null) return badTarget(program, target, 'it is neither once nor a time');
  return { type: 'iter', interval: Number(match[1]) * (match[2] === 's' ? 1000 : 1) };
};

const PARSERS: Record<Program['attach'], Parser> = {
  tracepoint,
  raw_tracepoint: (program, target) => ({ type: 'raw_tracepoint', name: symbol(program, target) }),
  tp_btf: tracing,
  fentry: tracing,
  fexit: tracing,
  fmod_ret: tracing,
  lsm: tracing,
  kprobe: kprobe(false),
  kretprobe: kprobe(true),
  kprobe_multi: (program, target) => ({
    type: 'kprobe_multi',
    pattern: pattern(program, target),
    return: program.section.startsWith('kretprobe'),
  }),
  ksyscall: ksyscall(false),
  kretsyscall: ksyscall(true),
  uprobe: uprobe(false),
  uretprobe: uprobe(true),
  usdt,
  perf_event: perfEvent,
  xdp,
  tc,
  cgroup: (program, target) =>
    target.startsWith('/')
      ? { type: 'cgroup', path: target }
      : badTarget(program, target, 'it is not a path'),
  socket_filter: (program, target) => ({
    type: 'socket_filter',
    interface: interfaceOf(program, target, target),
  }),
  iter: iterator,
  struct_ops: (program, target) => badTarget(program, target, 'such a program takes only off and auto'),
  none: (program, target) => badTarget(program, target, 'such a program takes only off and auto'),
};

/** Whether only the user can name the program's target. */
export function wantsTarget(program: Program): boolean {
  if (isOptional(program)) return false;
  switch (program.attach) {
    case 'cgroup':
    case 'xdp':
    case 'tc':
    case 'socket_filter':
      return true;
    case 'perf_event':
    case 'iter':
    case 'none':
      return false;
    default:
      return program.needsTarget;
  }
}

/** What a program gets when nobody names a target: what SEC() says, or a default that changes nothing on the machine. */
function defaultTarget(program: Program, surroundings: TargetSurroundings): AttachSpec {
  switch (program.attach) {
    case 'perf_event':
      return { type: 'perf_event', event: 'cpu-clock', frequency: PERF_FREQUENCY_HZ, period: 0, pid: -1 };
    case 'iter':
      return { type: 'iter', interval: 0 };
    case 'cgroup':
      // Never the root by itself: such a program decides over the traffic of all its group.
      return targetNeeded(program, cgroupHint(surroundings.cgroupRoot));
    case 'xdp':
    case 'tc':
    case 'socket_filter':
      return targetNeeded(program, interfaceHint(surroundings.interfaces));
    case 'none':
      return { type: 'none' };
    default:
      return program.needsTarget ? targetNeeded(program, 'SEC() names none') : { type: 'auto' };
  }
}

function interfaceHint(interfaces: readonly string[]): string {
  return interfaces.length === 0
    ? 'the policy allows none of the interfaces here'
    : `interfaces here: ${interfaces.join(', ')}`;
}

function cgroupHint(root: string | undefined): string {
  return root === undefined ? 'this machine has no cgroup v2 hierarchy' : `cgroups here are below ${root}`;
}

function targetNeeded(program: Program, why: string): never {
  return fail('target_needed', `attaching ${program.name}: it needs a target (${why})`, {
    program: program.name,
    example: `${program.targetExample} (${why})`,
  });
}

/** libbpf's SEC("?…"): not loaded unless user space says so (bpf_program__autoload). */
function isOptional(program: Program): boolean {
  return program.section.startsWith('?');
}

/**
 * How a program attaches.
 * @param target what the user gave, undefined or empty for none
 * @throws ProbepadFailure `target_needed` or `bad_target`
 */
export function attachSpecOf(
  program: Program,
  target: string | undefined,
  surroundings: TargetSurroundings,
): AttachSpec {
  const text = target?.trim() ?? '';
  if (text === 'off') return { type: 'off' };
  if (text === '') return isOptional(program) ? { type: 'off' } : defaultTarget(program, surroundings);
  if (text === 'auto') return { type: 'auto' };
  return PARSERS[program.attach](program, text);
}

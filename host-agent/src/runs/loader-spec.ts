import { randomBytes } from 'node:crypto';
import type { Probe } from '@probepad/protocol/control/run';
import { fail } from '@probepad/protocol/errors';
import { COUNTS_INTERVAL, MAP_INTERVAL } from '@probepad/protocol/limits';
import {
  type LoaderPolicy,
  type LoaderSetup,
  type LoaderSpec,
  TRACE_TAG_PLACEHOLDER,
} from '@probepad/protocol/loader';
import type { ProbeSchema, Program, Source } from '@probepad/protocol/schema';
import { encodeParam } from '../compile/param-value.ts';
import type { Policy } from '../policy/policy.ts';
import { attachSpecOf, type TargetSurroundings, wantsTarget } from './attach-target.ts';

/** Whom the loader becomes after its privileged set-up; both 0 when the agent is not root and nothing changes. */
export interface Identity {
  uid: number;
  gid: number;
}

/** Snapshots closer together than this would cost the host more than they show. */
const MAP_INTERVAL_MIN = 50;
const MAP_INTERVAL_MAX = 60_000;

/** The run's tag in its trace lines: random, so that no other run's lines carry it. As long as its placeholder. */
function traceTag(): string {
  const free = TRACE_TAG_PLACEHOLDER.length - '~pp:~'.length;
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const random = [...randomBytes(free)].map((byte) => letters[byte % letters.length]).join('');
  return `~pp:${random}~`;
}

function loaderSourceKind(source: Source): LoaderSpec['sources'][number]['kind'] {
  if (source.kind !== 'events') return source.kind;
  if (source.mapType === '') return 'records';
  return source.mapType === 'perf_event_array' ? 'perf' : 'ringbuf';
}

/** Records that an iterator writes are of one size; nothing else tells where one ends. */
function recordSizeOf(source: Source): Pick<LoaderSpec['sources'][number], 'record_size'> {
  return loaderSourceKind(source) === 'records' ? { record_size: source.records[0]?.size ?? 0 } : {};
}

/** What the loader has to check on the loaded programs. */
export function loaderPolicyOf(policy: Policy): LoaderPolicy {
  return {
    program_types: policy.programTypes,
    helpers_denied: policy.helpersDenied,
    kfuncs_allowed: policy.kfuncsAllowed,
    targets_allowed: policy.targetsAllowed,
    targets_denied: policy.targetsDenied,
    interfaces_allowed: policy.interfaces,
    cgroups_allowed: policy.cgroups,
  };
}

function checkNames(
  given: Record<string, string>,
  known: readonly string[],
  what: 'param' | 'program',
): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const choices = known.length === 0 ? 'there are none' : `there are ${known.join(', ')}`;
    if (what === 'param') {
      fail('bad_param', `setting ${name}: the probe has no such parameter`, { param: name, reason: choices });
    }
    fail('bad_target', `attaching ${name}: the probe has no such program`, {
      program: name,
      reason: choices,
    });
  }
}

/** The helpers behind bpf_printk, by what a text calls to get there. */
const PRINTS = /\bbpf_(printk|trace_printk|trace_vprintk)\b/;

/** What the loader can do before there is an object. */
export function loaderSetupOf(probe: Probe, policy: Policy, identity: Identity): LoaderSetup {
  return {
    version: 2,
    // Names cgroup and tracing instance: the agent's process, then what makes it the run's own.
    run: `p${process.pid}x${randomBytes(6).toString('hex')}`,
    trace_tag: traceTag(),
    trace: probe.files.some(({ text }) => PRINTS.test(text)),
    memory_bytes: policy.memory,
    uid: identity.uid,
    gid: identity.gid,
  };
}

/**
 * The programs that are off for want of a target, because others that need one were given it: tools for several binaries have a
 * program for each function that some of them may have. While nobody gave any, they are asked for.
 */
export function leftWithoutTarget(schema: ProbeSchema, attach: Probe['attach']): Program[] {
  const given = ({ name }: Program): string => attach[name]?.trim() ?? '';
  const wanting = schema.programs.filter(wantsTarget);
  const someGiven = wanting.some((program) => !['', 'off'].includes(given(program)));
  return someGiven ? wanting.filter((program) => given(program) === '') : [];
}

export interface SpecInput {
  stream: number;
  objectSize: number;
  schema: ProbeSchema;
  probe: Probe;
  policy: Policy;
  surroundings: TargetSurroundings;
}

/**
 * What the loader is to do with the object.
 * @throws ProbepadFailure `bad_param`, `bad_target` or `target_needed`
 */
export function loaderSpecOf(input: SpecInput): LoaderSpec {
  const { schema, probe, policy } = input;
  checkNames(
    probe.params,
    schema.params.map((param) => param.name),
    'param',
  );
  checkNames(
    probe.attach,
    schema.programs.map((program) => program.name),
    'program',
  );
  const left = leftWithoutTarget(schema, probe.attach);
  const wanted =
    Number.isFinite(probe.mapInterval) && probe.mapInterval > 0 ? probe.mapInterval : MAP_INTERVAL;
  const interval = Math.round(Math.min(MAP_INTERVAL_MAX, Math.max(MAP_INTERVAL_MIN, wanted)));
  return {
    stream: input.stream,
    object_size: input.objectSize,
    params: Object.entries(probe.params).map(([name, text]) => encodeParam(schema, name, text)),
    maps: [],
    programs: schema.programs.map((program) => ({
      name: program.name,
      attach: attachSpecOf(
        program,
        left.includes(program) ? 'off' : probe.attach[program.name],
        input.surroundings,
      ),
    })),
    policy: loaderPolicyOf(policy),
    sources: schema.sources.map((source) => ({
      id: source.id,
      kind: loaderSourceKind(source),
      name: source.kind === 'trace' ? '' : source.name,
      interval: source.kind === 'map' || source.kind === 'globals' ? interval : 0,
      ...recordSizeOf(source),
    })),
    lost_sites: schema.lostSites,
    counts_interval: COUNTS_INTERVAL,
  };
}

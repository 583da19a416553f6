import { STACK_DEPTH } from '@probepad/protocol/limits';
import { type Btf, type BtfType, resolved, sizeOf } from '../object/btf.ts';
import { badObject } from '../object/bytes.ts';

/** A map that the program defines in `.maps`. */
export type MapDefinition = {
  /** BTF id of the variable, which annotations name. */
  id: number;
  name: string;
  /** bpftool's word. */
  type: string;
  keySize: number;
  valueSize: number;
  maxEntries: number;
  /** BPF_F_… (linux/bpf.h). */
  flags: number;
  /** BTF ids. */
  keyType: number | undefined;
  valueType: number | undefined;
  innerType: string | undefined;
};

/** bpftool's words by number. Source: linux/bpf.h, enum bpf_map_type. */
const MAP_TYPES = [
  'unspec',
  'hash',
  'array',
  'prog_array',
  'perf_event_array',
  'percpu_hash',
  'percpu_array',
  'stack_trace',
  'cgroup_array',
  'lru_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array_of_maps',
  'hash_of_maps',
  'devmap',
  'sockmap',
  'cpumap',
  'xskmap',
  'sockhash',
  'cgroup_storage',
  'reuseport_sockarray',
  'percpu_cgroup_storage',
  'queue',
  'stack',
  'sk_storage',
  'devmap_hash',
  'struct_ops',
  'ringbuf',
  'inode_storage',
  'task_storage',
  'bloom_filter',
  'user_ringbuf',
  'cgrp_storage',
  'arena',
] as const;

/** The kernel allows a program 64. Source: linux/bpf_verifier.h, MAX_USED_MAPS. */
const MAPS_MAX = 1_024;

/** What usdt.bpf.h keeps its notes in is no result of the program. Source: libbpf, usdt.bpf.h. */
const LIBBPF_OWN = new Set(['__bpf_usdt_specs', '__bpf_usdt_ip_to_spec_id']);

export function isPerCpu(type: string): boolean {
  return type.includes('percpu');
}

/** Reads BTF-defined maps. Source: libbpf, bpf_helpers.h (`__uint`, `__type`, `__array`, `__ulong`). */
export function readMaps(btf: Btf): MapDefinition[] {
  const maps: MapDefinition[] = [];
  for (const { type } of btf.variablesOf('.maps')) {
    const variable = btf.type(type);
    if (variable.kind !== 'variable' || LIBBPF_OWN.has(variable.name)) continue;
    const definition = resolved(btf, variable.target).type;
    if (definition.kind === 'struct') maps.push(readMap(btf, type, variable.name, definition));
  }
  if (maps.length > MAPS_MAX) badObject(`${maps.length} maps`);
  return maps;
}

function readMap(
  btf: Btf,
  id: number,
  name: string,
  definition: Extract<BtfType, { kind: 'struct' | 'union' }>,
): MapDefinition {
  const map: MapDefinition = {
    id,
    name,
    type: 'unspec',
    keySize: 0,
    valueSize: 0,
    maxEntries: 0,
    flags: 0,
    keyType: undefined,
    valueType: undefined,
    innerType: undefined,
  };
  for (const member of definition.members) {
    switch (member.name) {
      case 'type': {
        const number = numberOf(btf, member.type);
        map.type = MAP_TYPES[number] ?? `type_${number}`;
        break;
      }
      case 'max_entries':
        map.maxEntries = numberOf(btf, member.type);
        break;
      case 'map_flags':
        map.flags = numberOf(btf, member.type);
        break;
      case 'key_size':
        map.keySize = numberOf(btf, member.type);
        break;
      case 'value_size':
        map.valueSize = numberOf(btf, member.type);
        break;
      case 'key':
        map.keyType = targetOf(btf, member.type);
        if (map.keyType !== undefined) map.keySize = sizeOf(btf, map.keyType);
        break;
      case 'value':
        map.valueType = targetOf(btf, member.type);
        if (map.valueType !== undefined) map.valueSize = sizeOf(btf, map.valueType);
        break;
      case 'values':
        map.innerType = innerMapType(btf, member.type);
        if (map.type.endsWith('_of_maps')) map.valueSize = 4;
        break;
    }
  }
  // Left to user space, which is the loader (prepare.c).
  if (map.type === 'stack_trace' && map.valueSize === 0) map.valueSize = STACK_DEPTH * frameSizeOf(map);
  if (map.type === 'stack_trace' && map.keySize === 0) map.keySize = 4;
  return map;
}

/** Whether the frames in a stack map are of struct bpf_stack_build_id (32 bytes), not addresses. Source: linux/bpf.h, BPF_F_STACK_BUILD_ID. */
export function hasBuildIds({ type, flags }: Pick<MapDefinition, 'type' | 'flags'>): boolean {
  return type === 'stack_trace' && (flags & (1 << 5)) !== 0;
}

function frameSizeOf(map: MapDefinition): number {
  return hasBuildIds(map) ? 32 : 8;
}

/** `__uint(name, n)` is `int (*name)[n]`; `__ulong(name, n)` an enum whose only value is n. */
function numberOf(btf: Btf, type: number): number {
  const member = resolved(btf, type).type;
  if (member.kind === 'enum') return Number(member.values[0]?.[1] ?? 0n);
  if (member.kind !== 'pointer') return 0;
  const array = resolved(btf, member.target).type;
  return array.kind === 'array' ? array.length : 0;
}

/** `__type(name, T)` is `typeof(T) *name`. */
function targetOf(btf: Btf, type: number): number | undefined {
  const member = resolved(btf, type).type;
  return member.kind === 'pointer' ? member.target : undefined;
}

/** `__array(values, struct …)` is an array of pointers to the inner map's definition. */
function innerMapType(btf: Btf, type: number): string | undefined {
  const array = resolved(btf, type).type;
  if (array.kind !== 'array') return undefined;
  const pointer = resolved(btf, array.element).type;
  if (pointer.kind !== 'pointer') return undefined;
  const inner = resolved(btf, pointer.target).type;
  if (inner.kind !== 'struct' || !inner.members.some(({ name }) => name === 'type')) return undefined;
  return readMapType(btf, inner.members.find(({ name }) => name === 'type')?.type ?? 0);
}

function readMapType(btf: Btf, type: number): string {
  const number = numberOf(btf, type);
  return MAP_TYPES[number] ?? `type_${number}`;
}

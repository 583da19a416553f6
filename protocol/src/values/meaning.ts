/** What a value means, as its type's name and its member's name tell. The table of those hints is `HINTS`. */
import type { ProbeSchema } from '../schema.ts';
import { isAddress6, nameOfType, resolveType } from '../types.ts';

export type Meaning =
  | 'plain'
  | 'duration_ns'
  | 'duration_us'
  | 'duration_ms'
  | 'bytes'
  | 'ipv4'
  | 'ipv6'
  | 'port_be'
  | 'hex'
  | 'time_ns';

/** First match wins. `name` is tested against the last member name, `type` against the type's name as written. */
export const HINTS: readonly { meaning: Meaning; name?: RegExp; type?: RegExp; kind?: string }[] = [
  { meaning: 'ipv4', type: /^__be32$/ },
  { meaning: 'port_be', type: /^__be16$/, name: /port/ },
  { meaning: 'ipv6', name: /^(s|d|src_?|dst_?)?addr6$|_v6$/, kind: 'array' },
  { meaning: 'time_ns', name: /^(ts|timestamp|start_ts|ktime)(_ns)?$/ },
  { meaning: 'duration_ns', name: /(_ns|^(dur|duration|delta|latency|elapsed))$/ },
  { meaning: 'duration_us', name: /_us$/ },
  { meaning: 'duration_ms', name: /_ms$/ },
  { meaning: 'bytes', name: /(^|_)bytes$/ },
  { meaning: 'hex', kind: 'pointer' },
];

/** What a member of this name and type means. */
export function meaningOf(schema: ProbeSchema, type: number, name: string): Meaning {
  if (isAddress6(schema, type)) return 'ipv6';
  const typeName = nameOfType(schema, type);
  const { kind } = resolveType(schema, type);
  const last = name.slice(name.lastIndexOf('.') + 1);
  const hint = HINTS.find(
    (candidate) =>
      (candidate.name === undefined || candidate.name.test(last)) &&
      (candidate.type === undefined || candidate.type.test(typeName)) &&
      (candidate.kind === undefined || candidate.kind === kind),
  );
  return hint?.meaning ?? 'plain';
}

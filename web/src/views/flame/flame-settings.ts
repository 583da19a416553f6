import type { ViewOptions } from '@probepad/protocol/control/snippet';
import type { FlameGraph } from '../../session/flame.ts';
import type { Against } from './use-flame.ts';

/** What a user chose about a flame graph, and what stays with the snippet of it. */
export type FlameOptions = Pick<ViewOptions, 'measure' | 'split' | 'host' | 'against' | 'other' | 'grows'>;

/** The hosts of a run. */
export type FlameHosts = readonly { id: string; name: string }[];

/** The options as a question: names of hosts that don't take part are as if nothing was chosen. */
export function choicesOf(
  { measure, split, host, against, other }: FlameOptions,
  hosts: FlameHosts,
): { weight: string; split: string; host: string | undefined; compare: Against } {
  const idOf = (name: string | undefined): string | undefined => hosts.find((each) => each.name === name)?.id;
  const second = idOf(other);
  return {
    weight: measure ?? '',
    split: split ?? '',
    host: hosts.length > 1 ? idOf(host) : undefined,
    compare: against === 'host' ? (second === undefined ? undefined : { host: second }) : against,
  };
}

/** What may be chosen to compare with, by the value that stands for it in the list. */
export function comparisons(
  graph: Pick<FlameGraph, 'baseline'>,
  hosts: FlameHosts,
  options: FlameOptions,
): { value: string; label: string }[] {
  const others = hosts.length > 1 ? hosts.filter(({ name }) => name !== options.host) : [];
  return [
    { value: '', label: 'not compared' },
    { value: 'before', label: 'against the time before' },
    ...(graph.baseline || options.against === 'baseline'
      ? [{ value: 'baseline', label: 'against the baseline' }]
      : []),
    ...others.map(({ name }) => ({ value: `host ${name}`, label: `against ${name}` })),
  ];
}

export function comparisonValue({ against, other }: FlameOptions): string {
  return against === 'host' ? `host ${other}` : (against ?? '');
}

/** A host is compared with another one: where all were shown together, the first that is not it. */
export function withComparison(
  value: string,
  options: FlameOptions,
  hosts: FlameHosts,
): Partial<FlameOptions> {
  if (!value.startsWith('host ')) {
    return { against: value === 'before' || value === 'baseline' ? value : undefined, other: undefined };
  }
  const other = value.slice('host '.length);
  const host = options.host ?? hosts.find(({ name }) => name !== other)?.name;
  return { against: 'host', other, host };
}

/** What it is compared with in the middle of a sentence. */
export function comparedWords({ against, other }: FlameOptions): string {
  if (against === 'host') return `on ${other}`;
  return against === 'baseline' ? 'in the baseline' : 'before';
}

/** What to say where there is nothing of what a graph is to be compared with; undefined where there is, or nothing is compared. */
export function missingWords(
  { tree, against, baseline }: Pick<FlameGraph, 'tree' | 'against' | 'baseline'>,
  options: FlameOptions,
): string | undefined {
  // The graph may still be the answer to what was asked before.
  if (tree.before !== undefined || kindOf(against) !== options.against) return undefined;
  switch (options.against) {
    case undefined:
      return undefined;
    case 'baseline':
      return baseline === undefined
        ? 'Not compared: there is no baseline. A page keeps it until it is closed or loaded anew.'
        : 'Not compared: the baseline has nothing of what is shown.';
    case 'before':
      return 'Not compared: nothing is known of the time before.';
    case 'host':
      return `Not compared: nothing was seen on ${options.other} in the time that is shown.`;
  }
}

function kindOf(against: FlameGraph['against']): FlameOptions['against'] {
  if (against === undefined || against === 'baseline') return against;
  return 'host' in against ? 'host' : 'before';
}

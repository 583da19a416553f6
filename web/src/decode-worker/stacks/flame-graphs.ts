import { noteFrame } from '@probepad/protocol/views/flame-frames';
import { createFlameTree, createFrameNumbers } from '@probepad/protocol/views/flame-tree';
import type { Baseline, FlameGraph, FlameQuery } from '../../session/flame.ts';
import { searchFrames } from './search-frames.ts';
import type { SeenStack, StackSource } from './stack-source.ts';

/** Flame graphs of the sources that have stacks, and what one of them may be compared with. */
export interface FlameGraphs {
  graph(query: FlameQuery, source: StackSource | undefined): FlameGraph;
  /** Keeps what a query shows now, to be compared with: of the same source of this run or a later one. */
  keep(query: FlameQuery, source: StackSource | undefined): void;
}

const NOTHING: FlameGraph = {
  tree: {
    parents: Int32Array.of(-1),
    frames: Int32Array.of(-1),
    totals: Float64Array.of(0),
    before: undefined,
    cut: false,
  },
  names: [],
  hits: undefined,
  problem: undefined,
  unit: 'count',
  weight: '',
  weights: [],
  splits: [],
  hosts: 0,
  stacks: 0,
  unnamed: 0,
  leftOut: 0,
  kept: undefined,
  baseline: undefined,
};

export function createFlameGraphs(): FlameGraphs {
  /** By the source's name. */
  const baselines = new Map<string, Baseline & { stacks: SeenStack[] }>();

  function stacksOf(query: FlameQuery, source: StackSource, range: FlameQuery['range']): SeenStack[] {
    return source.stacksIn(range, placeOf(query, source), query.host);
  }

  function beforeOf({ against, ...query }: FlameQuery, source: StackSource): SeenStack[] {
    if (against === undefined) return [];
    if (against === 'baseline') return baselines.get(query.source)?.stacks ?? [];
    return 'host' in against
      ? stacksOf({ ...query, host: against.host }, source, query.range)
      : stacksOf(query, source, against);
  }

  return {
    keep(query, source) {
      if (source?.plan === undefined) return;
      const stacks = stacksOf(query, source, query.range);
      const total = stacks.reduce((sum, { weight }) => sum + weight, 0);
      baselines.set(query.source, { run: query.run, range: query.range ?? source.kept(), total, stacks });
    },
    graph(query, source) {
      if (source?.plan === undefined) return NOTHING;
      const { weights, splits } = source.plan;
      const numbers = createFrameNumbers();
      const tree = createFlameTree();
      const split = splits.indexOf(query.split ?? '');
      const shown = stacksOf(query, source, query.range);
      const put = (stacks: readonly SeenStack[], isBefore: boolean): void => {
        for (const { frames, splits: texts, hostName, weight } of stacks) {
          const own = frames.map(numbers.numberOf);
          const above = query.split === 'host' ? hostName : split < 0 ? undefined : texts[split];
          if (above !== undefined) own.unshift(numbers.numberOf(noteFrame(above)));
          tree.add(own, weight, isBefore);
        }
      };
      put(shown, false);
      put(beforeOf(query, source), true);
      const { frames } = numbers;
      const weight = weights[placeOf(query, source)];
      const baseline = baselines.get(query.source);
      return {
        tree: tree.finish((frame) => frames[frame]?.text ?? ''),
        names: frames.map(({ space, text, object, known }) => ({ space, text, object, known })),
        ...searchFrames(frames, query.search ?? ''),
        unit: weight?.unit ?? 'count',
        weight: weight?.column ?? '',
        weights: weights.map(({ column, label }) => ({ column, label })),
        splits,
        hosts: source.hosts,
        stacks: shown.length,
        unnamed: frames.filter(({ known }) => !known).length,
        leftOut: source.leftOut,
        kept: source.kept(),
        baseline: baseline && { run: baseline.run, range: baseline.range, total: baseline.total },
      };
    },
  };
}

function placeOf({ weight }: FlameQuery, { plan }: StackSource): number {
  return Math.max(0, plan?.weights.findIndex(({ column }) => column === weight) ?? 0);
}

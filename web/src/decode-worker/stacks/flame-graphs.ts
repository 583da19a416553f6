import { type FlameFrame, noteFrame } from '@probepad/protocol/views/flame-frames';
import { createFlameTree, type FrameNumbers } from '@probepad/protocol/views/flame-tree';
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
  against: undefined,
  baseline: undefined,
};

/** A baseline may be of another run, whose frames have other numbers. */
interface KeptStack extends Omit<SeenStack, 'frames'> {
  frames: readonly FlameFrame[];
}

export function createFlameGraphs(): FlameGraphs {
  /** By the source's name. */
  const baselines = new Map<string, Baseline & { stacks: KeptStack[] }>();
  /** The last baseline that was drawn, in the numbers that it was drawn with. */
  let numbered: { of: readonly KeptStack[]; by: FrameNumbers; stacks: SeenStack[] } | undefined;

  function stacksOf(query: FlameQuery, source: StackSource, range: FlameQuery['range']): SeenStack[] {
    return source.stacksIn(range, placeOf(query, source), query.host);
  }

  function baselineOf(query: FlameQuery, { frames: by }: StackSource): SeenStack[] {
    const of = baselines.get(query.source)?.stacks;
    if (of === undefined) return [];
    if (numbered?.of !== of || numbered.by !== by) {
      const stacks = of.map((stack) => ({ ...stack, frames: Int32Array.from(stack.frames, by.numberOf) }));
      numbered = { of, by, stacks };
    }
    return numbered.stacks;
  }

  function beforeOf({ against, ...query }: FlameQuery, source: StackSource): SeenStack[] {
    if (against === undefined) return [];
    if (against === 'baseline') return baselineOf(query, source);
    return 'host' in against
      ? stacksOf({ ...query, host: against.host }, source, query.range)
      : stacksOf(query, source, against);
  }

  return {
    keep(query, source) {
      if (source?.plan === undefined) return;
      const seen = stacksOf(query, source, query.range);
      const { frames } = source.frames;
      const total = seen.reduce((sum, { weight }) => sum + weight, 0);
      const { splits } = source.plan;
      const stacks = seen.map(({ splitText, ...stack }) => ({
        ...stack,
        // In the words of now: a later run may be of other hosts.
        splitText: textAt(splits.map((_, at) => splitText(at))),
        frames: Array.from(stack.frames, (number) => frames[number] ?? noteFrame('')),
      }));
      baselines.set(query.source, { run: query.run, range: query.range ?? source.kept(), total, stacks });
    },
    graph(query, source) {
      if (source?.plan === undefined) return NOTHING;
      const { weights, splits } = source.plan;
      const tree = createFlameTree();
      const split = splits.indexOf(query.split ?? '');
      const shown = stacksOf(query, source, query.range);
      const numbers = source.frames;
      const put = (stacks: readonly SeenStack[], isBefore: boolean): void => {
        for (const { frames, splitText, hostName, weight } of stacks) {
          const above = query.split === 'host' ? hostName : split < 0 ? undefined : splitText(split);
          const root = above === undefined ? undefined : numbers.numberOf(noteFrame(above));
          tree.add(root === undefined ? frames : [root, ...frames], weight, isBefore);
        }
      };
      put(shown, false);
      put(beforeOf(query, source), true);
      const finished = tree.finish((frame) => numbers.frames[frame]?.text ?? '');
      const { frames, own } = onlyOwn(finished.frames, numbers.frames);
      const weight = weights[placeOf(query, source)];
      const baseline = baselines.get(query.source);
      return {
        tree: { ...finished, frames: own },
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
        against: query.against,
        baseline: baseline && { run: baseline.run, range: baseline.range, total: baseline.total },
      };
    },
  };
}

function textAt(texts: readonly string[]): (at: number) => string {
  return (at) => texts[at] ?? '';
}

/** The frames of one tree, numbered anew from 0. */
function onlyOwn(used: Int32Array, all: readonly FlameFrame[]): { frames: FlameFrame[]; own: Int32Array } {
  const numbers = new Int32Array(all.length).fill(-1);
  const frames: FlameFrame[] = [];
  const own = new Int32Array(used.length).fill(-1);
  for (let node = 0; node < used.length; node++) {
    const frame = all[used[node] as number];
    if (frame === undefined) continue;
    let number = numbers[used[node] as number] as number;
    if (number < 0) {
      number = frames.push(frame) - 1;
      numbers[used[node] as number] = number;
    }
    own[node] = number;
  }
  return { frames, own };
}

function placeOf({ weight }: FlameQuery, { plan }: StackSource): number {
  return Math.max(0, plan?.weights.findIndex(({ column }) => column === weight) ?? 0);
}

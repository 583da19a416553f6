import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { STACK_FORMATS, type StackFormat } from '@probepad/protocol/export/stack-file';
import type { ProbeSchema } from '@probepad/protocol/schema';
import { noteFrame } from '@probepad/protocol/views/flame-frames';
import { inferViews } from '@probepad/protocol/views/infer-views';
import { planStacks, type StackPlan } from '@probepad/protocol/views/stacks';
import { EXIT } from './exit-code.ts';
import type { NameChase } from './name-chase.ts';
import type { Sink } from './output.ts';
import type { Places, ResultFiles } from './result-files.ts';
import { createStackCollection, type StackCollection } from './stack-collection.ts';

interface OpenFile {
  plan: StackPlan;
  sink: Sink;
  /** By host. */
  collections: Map<string, StackCollection>;
}

/** Milliseconds between two looks at what has no name yet. */
const LOOK_INTERVAL = 1_000;

/** Milliseconds that names are waited for without a word. */
const SILENCE = 1_500;

/** The stacks of a run, written at its end. @param name what the run is called in the tools that open the files */
export function stackFiles(
  format: StackFormat,
  name: string,
  places: Places,
  names: NameChase,
  notice: (line: string) => void,
): ResultFiles {
  const { ending, write, gzip: compressed } = STACK_FORMATS[format];
  const open = new Map<string, OpenFile>();
  let opened = false;
  let looked = performance.now();

  function openAll(schema: ProbeSchema): void {
    if (opened) return;
    opened = true;
    const able = schema.sources.filter((source) => planStacks(schema, source) !== undefined);
    if (able.length === 0) {
      const shown = inferViews(schema).map(({ source }) => source);
      places.give(
        EXIT.usage,
        `--format ${format}: the program keeps no stacks: it needs a map with ids of bpf_get_stackid in its keys, or records with the addresses of bpf_get_stack. ${
          shown.length === 0
            ? 'It has nothing else to write'
            : `csv, jsonl and parquet can write ${shown.join(', ')}`
        }`,
      );
      return;
    }
    try {
      for (const source of places.chosen(able, able)) {
        const plan = planStacks(schema, source);
        if (plan === undefined) continue;
        open.set(source.name, { plan, sink: places.sinkFor(source.name, ending), collections: new Map() });
      }
    } catch (error) {
      places.give(EXIT.host, error instanceof Error ? error.message : String(error));
    }
  }

  function look(): void {
    looked = performance.now();
    for (const { collections } of open.values()) for (const each of collections.values()) each.stacks();
  }

  return {
    get failed() {
      return places.failed;
    },
    hasRoom: places.hasRoom,
    onRoom: places.onRoom,
    report: (remarks) => ({
      ...remarks,
      schema(host, schema, arch) {
        remarks.schema(host, schema, arch);
        openAll(schema);
        for (const [source, { collections }] of open) {
          const own = schema.sources.find((each) => each.name === source);
          const plan = own && planStacks(schema, own);
          if (own === undefined || plan === undefined || collections.has(host)) continue;
          collections.set(host, createStackCollection(schema, own, plan, names.lookUp(host)));
        }
      },
      frame(host, frame) {
        for (const { collections } of open.values()) collections.get(host)?.take(frame);
        if (performance.now() - looked < LOOK_INTERVAL) return;
        look();
        names.ask();
      },
    }),
    async finish(hurry) {
      if (open.size > 0 && !places.failed) {
        const saying = setTimeout(() => notice('asking for names; Ctrl+C writes without them'), SILENCE);
        await names.settled(look, hurry);
        clearTimeout(saying);
      }
      for (const [source, { plan, sink, collections }] of open) {
        const stacks = [...collections].flatMap(([host, collection]) =>
          collection
            .stacks()
            .map((stack) =>
              collections.size > 1 ? { ...stack, frames: [noteFrame(host), ...stack.frames] } : stack,
            ),
        );
        const [{ unit = 'count', column: weight = '' } = {}] = plan.weights;
        const content = write({ name: `${name} ${source}`, unit, weight, stacks });
        sink.text(compressed ? await promisify(gzip)(content) : content);
        const leftOut = [...collections.values()].reduce((sum, each) => sum + each.leftOut, 0);
        if (leftOut > 0)
          notice(`${source}: ${leftOut} samples had no room: there are too many different stacks`);
      }
      await places.flush();
    },
  };
}

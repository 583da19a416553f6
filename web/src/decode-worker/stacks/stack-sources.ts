import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { planStacks } from '@probepad/protocol/views/stacks';
import { type SourceRef, sourceKey } from '../../session/decoder.ts';
import type { Stream } from '../stream.ts';
import { createStackSource, type StackSource } from './stack-source.ts';

/** All sources with stacks, and which frames each of them needs: its own, and those of the maps that hold its stacks. */
export interface StackSources {
  open(run: string, stream: Stream): void;
  /** The source's records are of other types from now on: what has been seen of the stream in it is forgotten. */
  retype(run: string, stream: Stream, source: Source): void;
  take(run: string, stream: Stream, source: Source, frame: Frame): void;
  /** A host has told names. */
  renamed(run: string, stream: number): void;
  find(ref: SourceRef): StackSource | undefined;
  forget(run: string): void;
}

export function createStackSources(): StackSources {
  const own = new Map<string, StackSource>();
  const fed = new Map<string, Set<StackSource>>();

  function feed(key: string, source: StackSource): void {
    const others = fed.get(key);
    if (others === undefined) fed.set(key, new Set([source]));
    else others.add(source);
  }

  function join(run: string, stream: Stream, source: Source): void {
    const plan = planStacks(stream.decoder.schema, source);
    if (plan === undefined) return;
    const key = sourceKey(run, source.name);
    const stacks = own.get(key) ?? createStackSource(source.name);
    own.set(key, stacks);
    stacks.join(stream, source);
    for (const name of [source.name, ...plan.stackMaps]) feed(sourceKey(run, name), stacks);
  }

  return {
    open(run, stream) {
      for (const source of stream.decoder.schema.sources) join(run, stream, source);
    },
    retype(run, stream, source) {
      own.get(sourceKey(run, source.name))?.leave(stream);
      join(run, stream, source);
    },
    take(run, stream, source, frame) {
      for (const stacks of fed.get(sourceKey(run, source.name)) ?? []) stacks.take(stream, source, frame);
    },
    renamed(run, stream) {
      const prefix = sourceKey(run, '');
      for (const [key, stacks] of own) if (key.startsWith(prefix)) stacks.renamed(stream);
    },
    find: ({ run, source }) => own.get(sourceKey(run, source)),
    forget(run) {
      const prefix = sourceKey(run, '');
      for (const each of [own, fed]) {
        for (const key of each.keys()) if (key.startsWith(prefix)) each.delete(key);
      }
    },
  };
}

import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import { planEdges } from '@probepad/protocol/views/edges';
import { type SourceRef, sourceKey } from '../../session/decoder.ts';
import type { Stream } from '../stream.ts';
import { createEdgeSource, type EdgeSource } from './edge-source.ts';

/** All sources that have two ends. */
export interface EdgeSources {
  open(run: string, stream: Stream): void;
  /** The source's records are of other types from now on: what has been seen of the stream in it is forgotten. */
  retype(run: string, stream: Stream, source: Source): void;
  take(run: string, stream: Stream, source: Source, frame: Frame): void;
  find(ref: SourceRef): EdgeSource | undefined;
  forget(run: string): void;
}

export function createEdgeSources(): EdgeSources {
  const sources = new Map<string, EdgeSource>();

  function join(run: string, stream: Stream, source: Source): void {
    if (!planEdges(stream.decoder.schema, source)) return;
    const key = sourceKey(run, source.name);
    const edges = sources.get(key) ?? createEdgeSource();
    sources.set(key, edges);
    edges.join(stream, source);
  }

  return {
    open(run, stream) {
      for (const source of stream.decoder.schema.sources) join(run, stream, source);
    },
    retype(run, stream, source) {
      sources.get(sourceKey(run, source.name))?.leave(stream);
      join(run, stream, source);
    },
    take: (run, stream, source, frame) => sources.get(sourceKey(run, source.name))?.take(stream, frame),
    find: ({ run, source }) => sources.get(sourceKey(run, source)),
    forget(run) {
      const prefix = sourceKey(run, '');
      for (const key of sources.keys()) if (key.startsWith(prefix)) sources.delete(key);
    },
  };
}

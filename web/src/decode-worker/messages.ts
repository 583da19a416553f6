import type { NamesAsked } from '@probepad/protocol/control/names';
import type { Engine } from './engine.ts';

/** Engine methods that answer; the others only take. */
export type Query =
  | 'rows'
  | 'map'
  | 'file'
  | 'facts'
  | 'series'
  | 'distributions'
  | 'heatmaps'
  | 'ranking'
  | 'flame'
  | 'topology'
  | 'globals'
  | 'log';
export type Command = Exclude<keyof Engine, Query>;

export type ToWorker =
  | { [C in Command]: { command: C; arguments: Parameters<Engine[C]> } }[Command]
  | { [Q in Query]: { query: Q; id: number; arguments: Parameters<Engine[Q]> } }[Query];

export type FromWorker =
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'failure'; id: number; message: string }
  | { type: 'changed'; keys: string[] }
  /** Values of a stream that were shown and that only its host can name. */
  | { type: 'unnamed'; stream: number; asked: NamesAsked[] }
  /** Bytes of frames that have been read. */
  | { type: 'taken'; bytes: number };

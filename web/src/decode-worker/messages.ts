import type { NamesAsked } from '@probepad/protocol/control/names';
import type { Engine } from './engine.ts';

/** Engine methods that answer; the others only take. */
export type Query =
  | 'rows'
  | 'map'
  | 'file'
  | 'facts'
  | 'leading'
  | 'series'
  | 'distributions'
  | 'heatmaps'
  | 'ranking'
  | 'flame'
  | 'topology'
  | 'globals'
  | 'log';
/** Frames come to the worker itself. */
export type Command = Exclude<keyof Engine, Query | 'frames'>;

/** Of the sockets to the hub, which the worker holds for the page. */
export type SocketCommand =
  | { socket: 'open'; id: number; url: string }
  | { socket: 'send'; id: number; text: string }
  | { socket: 'close'; id: number }
  /** A text that wanted an answer has been heard, and all that follows from it has been said. */
  | { socket: 'heard'; id: number };

export type ToWorker =
  | SocketCommand
  | { [C in Command]: { command: C; arguments: Parameters<Engine[C]> } }[Command]
  | { [Q in Query]: { query: Q; id: number; arguments: Parameters<Engine[Q]> } }[Query];

export type FromWorker =
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'failure'; id: number; message: string }
  | { type: 'changed'; keys: string[] }
  /** Values of a stream that were shown and that only its host can name. */
  | { type: 'unnamed'; stream: number; asked: NamesAsked[] }
  | { type: 'socket'; id: number; event: 'open' | 'frames' | 'close' }
  | { type: 'text'; id: number; text: string; answer: boolean }
  /** All that was dropped of a stream since it is watched, by source id. */
  | { type: 'dropped'; stream: number; counts: [source: number, records: number][] };

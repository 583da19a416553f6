import type { Frame } from '@probepad/protocol/frames';
import type { Source } from '@probepad/protocol/schema';
import type { Value } from '@probepad/protocol/values/value';
import type { GlobalsWindow, GlobalValue } from '../session/globals.ts';
import { createSectionAggregates, type SectionAggregates } from './aggregate/section-aggregates.ts';
import type { TypedEntries } from './files/typed-entries.ts';
import { typedGlobals } from './files/typed-globals.ts';
import { variablesIn } from './global-values.ts';
import { keptOf, unkeptOf } from './kept-range.ts';
import { CLOCK_SLACK } from './map-snapshot.ts';
import { secondsOf } from './page-clock.ts';
import { createPastNumbers, PAST_NUMBERS } from './past-numbers.ts';
import { type Budget, createBudget } from './store/budget.ts';
import { createMoments, MOMENT_BYTES_MAX, type Moment, type Moments } from './store/moments.ts';
import type { Stream } from './stream.ts';

/** A section of globals: each variable as it is now, or was at a moment, on each host. */
export interface GlobalsSource {
  join(stream: Stream, source: Source): void;
  take(stream: Stream, frame: Frame): void;
  /** @param at in seconds on the page's clock; absent: now */
  window(at?: number): GlobalsWindow;
  /** The same for a file. */
  typed(at?: number): TypedEntries;
  readonly aggregates: SectionAggregates;
  /** Lets go of its memory. */
  close(): void;
}

/** The section on one host. Where a variable lies, and its type's id, differ from host to host. */
interface Member {
  stream: Stream;
  source: Source;
  past: Moments;
  latest: { time: number; section: Value } | undefined;
  /** What numbers were before the moment that was looked at last. */
  before: { time: number; numbers: ReturnType<typeof createPastNumbers> } | undefined;
}

/** Variables that are read at most to tell what they were before a moment. */
const READ_MAX = 20_000;

/** @param budget of what is kept of earlier moments */
export function createGlobalsSource(
  { name }: Pick<Source, 'name'>,
  budget: Budget = createBudget(MOMENT_BYTES_MAX),
): GlobalsSource {
  const aggregates = createSectionAggregates(name);
  const members = new Map<Stream, Member>();
  const past = createPastNumbers();

  /** What was the newest by a moment, and those before it, the newest first. */
  function momentsBy(
    { past: kept, stream }: Member,
    at: number | undefined,
    count: number,
  ): readonly Moment[] {
    return kept.by(
      at === undefined ? Number.POSITIVE_INFINITY : at - stream.clock.offset + CLOCK_SLACK,
      count,
    );
  }

  function valuesNow({ stream, source, latest }: Member): GlobalValue[] {
    if (!latest) return [];
    return variablesIn(source, stream, latest.section).map((variable) => ({
      ...variable,
      ...past.of(`${stream.stream} ${variable.name}`),
    }));
  }

  function valuesAt(member: Member, { time, frames }: Moment, at: number): GlobalValue[] {
    const { stream, source } = member;
    const [frame] = frames;
    if (frame === undefined) return [];
    const values = variablesIn(source, stream, stream.decoder.globals(frame));
    if (member.before?.time !== time) {
      const count = Math.min(PAST_NUMBERS, Math.ceil(READ_MAX / Math.max(1, values.length)));
      const numbers = createPastNumbers();
      for (const moment of momentsBy(member, at, count).toReversed()) {
        for (const each of moment.frames) {
          for (const { name: own, number } of variablesIn(source, stream, stream.decoder.globals(each))) {
            if (number !== undefined) numbers.add(own, number);
          }
        }
      }
      member.before = { time, numbers };
    }
    const { numbers } = member.before;
    return values.map((variable) => ({ ...variable, ...numbers.of(variable.name) }));
  }

  return {
    aggregates,
    join(stream, source) {
      members.set(stream, {
        ...{ stream, source, past: createMoments(budget) },
        ...{ latest: undefined, before: undefined },
      });
      aggregates.join(stream, source);
    },
    take(stream, frame) {
      const member = members.get(stream);
      if (frame.header.kind !== 'map' || !member) return;
      const section = stream.decoder.globals(frame);
      const time = secondsOf(frame.header.timeNs);
      member.latest = { time, section };
      member.past.add(time, [frame]);
      for (const { name: own, number } of variablesIn(member.source, stream, section)) {
        if (number !== undefined) past.add(`${stream.stream} ${own}`, number);
      }
      aggregates.add(stream, time, section);
    },
    window(at) {
      const times: number[] = [];
      const unkept: Member[] = [];
      const values = [...members.values()].flatMap((member) => {
        const { latest, stream } = member;
        if (!latest) return [];
        if (at === undefined || latest.time + stream.clock.offset <= at + CLOCK_SLACK) {
          times.push(latest.time + stream.clock.offset);
          return valuesNow(member);
        }
        const [moment] = momentsBy(member, at, 1);
        if (moment === undefined) {
          unkept.push(member);
          return [];
        }
        times.push(moment.time + stream.clock.offset);
        return valuesAt(member, moment, at);
      });
      return {
        values,
        taken: times.length > 0 ? Math.max(...times) : undefined,
        unkept: unkeptOf(unkept),
        span: keptOf([...members.values()]),
      };
    },
    typed: (at) =>
      typedGlobals(
        [...members.values()].flatMap((member) => {
          const frame = momentsBy(member, at, 1)[0]?.frames[0];
          return frame ? [{ stream: member.stream, source: member.source, frame }] : [];
        }),
      ),
    close() {
      for (const { past: kept } of members.values()) kept.close();
    },
  };
}

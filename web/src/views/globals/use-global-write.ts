import { useEffect, useRef, useState } from 'react';
import type { SourceRef } from '../../session/decoder.ts';
import type { GlobalValue } from '../../session/globals.ts';
import { useRuns } from '../../session/runs.ts';
import { request } from '../../session/session.ts';
import { writesOf } from './encode-global.ts';

/** What a host said to a value that was sent to it; undefined while it has not answered. */
export interface HostAnswer {
  host: string;
  hostName: string;
  problem?: string;
  done: boolean;
}

export interface GlobalWriting {
  answers: readonly HostAnswer[];
  /** What was sent a moment ago: the next look at the section will show it, or what the program has made of it. */
  sent: string | undefined;
  /** Sends what was typed to every host that runs the probe. @returns false when it does not fit the type */
  write(typed: string): boolean;
}

/** Answers are shown for so long, in milliseconds; refusals until the next value. */
const SHOWN = 4000;
/** The section is looked at about once a second. */
const SENT_SHOWN = 2000;

/** Writes a variable on all hosts that have it, and notes what each of them answers. While one value is on its way only the newest waits. */
export function useGlobalWrite(source: SourceRef, everywhere: readonly GlobalValue[]): GlobalWriting {
  const [answers, setAnswers] = useState<readonly HostAnswer[]>([]);
  const [sent, setSent] = useState<string>();
  const state = useRef<{ busy: boolean; next: string | undefined }>({ busy: false, next: undefined });
  const now = useRef(everywhere);
  now.current = everywhere;

  const isOver = answers.length > 0 && answers.every(({ done, problem }) => done && problem === undefined);
  useEffect(() => {
    if (!isOver) return;
    const timer = setTimeout(() => setAnswers([]), SHOWN);
    return () => clearTimeout(timer);
  }, [isOver]);

  const shown = everywhere[0]?.raw ?? everywhere[0]?.text;
  useEffect(() => {
    if (sent === undefined || sent === shown) {
      setSent(undefined);
      return;
    }
    const timer = setTimeout(() => setSent(undefined), SENT_SHOWN);
    return () => clearTimeout(timer);
  }, [sent, shown]);

  const send = async (typed: string): Promise<void> => {
    state.current = { busy: true, next: undefined };
    const statuses = useRuns.getState().runs[source.run]?.statuses;
    const going = now.current.filter(({ host }) => statuses?.[host]?.state === 'running');
    setAnswers(going.map(({ host, hostName }) => ({ host, hostName, done: false })));
    const note = (host: string, problem?: string): void =>
      setAnswers((before) =>
        before.map((each) =>
          each.host === host ? { ...each, done: true, ...(problem !== undefined && { problem }) } : each,
        ),
      );
    await Promise.all(
      (writesOf(going, typed) ?? []).flatMap(({ hosts, ...each }) =>
        hosts.map((host) =>
          request('run.write', { run: source.run, source: source.source, ...each, hosts: [host] }).then(
            () => note(host),
            (thrown: unknown) => note(host, thrown instanceof Error ? thrown.message : String(thrown)),
          ),
        ),
      ),
    );
    const { next } = state.current;
    state.current.busy = false;
    if (next !== undefined) await send(next);
  };

  return {
    answers,
    sent,
    write(typed) {
      if (writesOf(now.current, typed) === undefined) return false;
      setSent(typed);
      if (state.current.busy) state.current.next = typed;
      else void send(typed);
      return true;
    },
  };
}

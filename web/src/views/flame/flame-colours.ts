import type { FlameName } from '../../session/flame.ts';
import { token } from '../../ui/theme.ts';

/** The colours of a flame graph as the theme has them now. */
export interface FlameColours {
  ink: string;
  ground: string;
  focus: string;
  hit: string;
  /** Of a frame as it is, by what the graph's widths are. */
  of(frame: FlameName | undefined, unit: string): string;
  /** Of a frame that is compared: `change` is a difference of shares, 1 being all. */
  ofChange(change: number): string;
}

const STEPS = 8;
/** A change of so much of all has the full colour. */
const FULL_CHANGE = 0.1;

export function flameColours(): FlameColours {
  const of = (name: string): string => token(`flame-${name}`);
  const same = of('same');
  const shades = new Map<string, string[]>();
  const ramp = (to: string): string[] => {
    const known = shades.get(to) ?? Array.from({ length: STEPS + 1 }, (_, at) => mixed(same, to, at / STEPS));
    shades.set(to, known);
    return known;
  };
  const less = of('less');
  const more = of('more');
  const families: Record<string, readonly [user: string[], kernel: string[]]> = {
    ns: [tints(of('wait-user')), tints(of('wait-kernel'))],
    bytes: [tints(of('bytes-user')), tints(of('bytes-kernel'))],
  };
  const work: readonly [user: string[], kernel: string[]] = [tints(of('user')), tints(of('kernel'))];
  const note = of('note');
  const unknown = of('unknown');
  return {
    ink: of('ink'),
    ground: token('ground'),
    focus: token('focus'),
    hit: of('hit'),
    of(frame, unit) {
      if (frame === undefined || frame.space === 'note') return note;
      if (!frame.known) return unknown;
      const [user, kernel] = families[unit] ?? work;
      const tones = frame.space === 'kernel' ? kernel : user;
      return tones[toneOf(frame.text, tones.length)] ?? note;
    },
    ofChange(change) {
      const part = Math.min(1, Math.sqrt(Math.abs(change) / FULL_CHANGE));
      if (Math.abs(change) < 5e-5) return same;
      return ramp(change > 0 ? more : less)[Math.max(1, Math.round(part * STEPS))] ?? same;
    },
  };
}

/** A few tones of one hue, so that neighbours can be told apart. */
function tints(colour: string): string[] {
  return [0, 0.08, 0.16, 0.24].map((part) => mixed(colour, '#ffffff', part));
}

/** The same function has the same tone everywhere. */
function toneOf(text: string, tones: number): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (hash * 31 + text.charCodeAt(at)) | 0;
  return Math.abs(hash) % tones;
}

/** Two colours of the form #rrggbb, `part` of the second. */
function mixed(first: string, second: string, part: number): string {
  const channel = (colour: string, at: number): number => Number.parseInt(colour.slice(at, at + 2), 16) || 0;
  const mix = [1, 3, 5].map((at) =>
    Math.round(channel(first, at) * (1 - part) + channel(second, at) * part)
      .toString(16)
      .padStart(2, '0'),
  );
  return `#${mix.join('')}`;
}

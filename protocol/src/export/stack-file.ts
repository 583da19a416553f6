/** Files of stacks for other tools' flame graphs. */
import { foldedText } from './folded.ts';
import { pprofBytes } from './pprof.ts';
import { speedscopeText } from './speedscope.ts';
import type { StackProfile } from './stack-profile.ts';

/** `gzip`: what `write` gives is compressed before it is a file; browsers and Node have that, each in its own way. */
export const STACK_FORMATS = {
  folded: { label: 'Folded stacks', ending: 'folded', type: 'text/plain', gzip: false, write: foldedText },
  speedscope: {
    label: 'speedscope',
    ending: 'speedscope.json',
    type: 'application/json',
    gzip: false,
    write: speedscopeText,
  },
  pprof: { label: 'pprof', ending: 'pb.gz', type: 'application/gzip', gzip: true, write: pprofBytes },
} as const satisfies Record<
  string,
  {
    label: string;
    ending: string;
    type: string;
    gzip: boolean;
    write(profile: StackProfile): string | Uint8Array<ArrayBuffer>;
  }
>;
export type StackFormat = keyof typeof STACK_FORMATS;

export function isStackFormat(text: string): text is StackFormat {
  return Object.hasOwn(STACK_FORMATS, text);
}

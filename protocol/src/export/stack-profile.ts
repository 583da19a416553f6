import type { FoldedStack } from '../views/flame-frames.ts';

/** Stacks with what all formats of them tell. */
export interface StackProfile {
  /** What a file is called in the tool that opens it. */
  name: string;
  /** `count`, `ns`, `bytes`, or the author's own word. */
  unit: string;
  /** What the numbers are: `samples`, `offcpu_ns`. */
  weight: string;
  stacks: readonly FoldedStack[];
}

/** Kernel functions end in `_[k]`, the habit of tools that read folded stacks. */
export function frameText({ space, text }: FoldedStack['frames'][number]): string {
  return space === 'kernel' ? `${text}_[k]` : text;
}

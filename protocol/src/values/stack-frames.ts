import { escapeControls } from './escape.ts';
import type { NameLookup } from './name.ts';

/** One function of a stack. */
export interface StackFrame {
  space: 'kernel' | 'user';
  address: bigint;
  /** What it is called on screen: the function, else the file with an offset, else the address in hex. No control characters. */
  text: string;
  /** Whether `text` names the function; while false, more may be known later. */
  known: boolean;
  /** The file or kernel module that it is in, where that is known. */
  object: string | undefined;
}

/** Addresses from here on are the kernel's, on x86-64 and arm64 alike. */
const KERNEL_HALF = 0xff00_0000_0000_0000n;

/** Where in a stack a CPU was, or where a call returns to. */
export interface StackAddress {
  address: bigint;
  /** An address within the calling instruction: what is looked up. */
  called: bigint;
  space: 'kernel' | 'user';
}

/**
 * The addresses of a stack, innermost first as the kernel gives it; it ends at the first zero.
 * @param isWhole false for the user half of a stack whose kernel half comes before it: no address in it is where the CPU was
 */
export function stackAddresses(addresses: readonly bigint[], isWhole = true): StackAddress[] {
  const end = addresses.indexOf(0n);
  return (end < 0 ? addresses : addresses.slice(0, end)).map((address, at) => ({
    address,
    // The others are where their calls return to, which may be the next function where one never returns.
    called: at > 0 || !isWhole ? address - 1n : address,
    space: address >= KERNEL_HALF ? 'kernel' : 'user',
  }));
}

/** @param pid whose address it is in user space; 0 or undefined where nobody knows */
export function frameAt(
  { address, called, space }: StackAddress,
  pid: number | undefined,
  names: NameLookup | undefined,
): StackFrame {
  const name =
    space === 'kernel'
      ? names?.('kernel_symbol', called)
      : pid === undefined || pid === 0
        ? undefined
        : names?.('user_symbol', called, pid);
  return {
    space,
    address,
    text: escapeControls(name?.symbol ?? name?.text ?? `0x${address.toString(16)}`),
    known: name?.symbol !== undefined,
    object: name?.object === undefined ? undefined : escapeControls(name.object),
  };
}

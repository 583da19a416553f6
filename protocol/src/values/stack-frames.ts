import { escapeControls } from './escape.ts';
import type { NameLookup } from './name.ts';

/** One function of a stack. */
export interface StackFrame {
  space: 'kernel' | 'user';
  address: bigint;
  /**
   * What it is called on screen: the function, else the file in brackets, else the address in hex. No control characters. Places of a file
   * without symbols are one frame: each by itself would be a thousand that say no more.
   */
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

/** A frame of a map of build ids: where in which file, whoever has it mapped. Hex; bytes from the file's beginning. */
export interface FileOffset {
  buildId: string;
  offset: bigint;
}

/** @param isInnermost the CPU was there; the others are where calls return to, which may be the next function where one never returns */
export function addressAt(address: bigint, isInnermost: boolean): StackAddress {
  return {
    address,
    called: isInnermost || address === 0n ? address : address - 1n,
    space: address >= KERNEL_HALF ? 'kernel' : 'user',
  };
}

/** Characters of a build id that tell files apart on screen: as many as people write of a commit. */
const BUILD_ID_SHOWN = 12;

/** @returns without a name what tells the file and the place in it */
export function fileFrame(
  { buildId, offset }: FileOffset,
  names: NameLookup | undefined,
): Omit<StackFrame, 'address'> {
  const name = names?.('file_symbol', offset, buildId);
  const unnamed = `[${buildId.slice(0, BUILD_ID_SHOWN)}]+0x${offset.toString(16)}`;
  return {
    space: 'user',
    text: escapeControls(name?.symbol ?? fileText(name?.object) ?? unnamed),
    known: name?.symbol !== undefined,
    object: escapeControls(name?.object ?? `build id ${buildId}`),
  };
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
    text: escapeControls(name?.symbol ?? fileText(name?.object) ?? name?.text ?? `0x${address.toString(16)}`),
    known: name?.symbol !== undefined,
    object: name?.object === undefined ? undefined : escapeControls(name.object),
  };
}

/** In brackets, as `[vdso]` is already. */
function fileText(object: string | undefined): string | undefined {
  return object === undefined || object.startsWith('[') ? object : `[${object}]`;
}

import { fail } from '@probepad/protocol/errors';

/** What a snippet may add to the compiler's arguments. None of these names a file or runs anything. */
const ALLOWED: readonly RegExp[] = [
  /^-D[A-Za-z_]\w*(=[\w .,:+*/<>()"'-]*)?$/,
  /^-U[A-Za-z_]\w*$/,
  // -Wl, -Wa and -Wp, hand arguments to other programs.
  /^-W(?![alp],)[a-z][a-z0-9+=-]*$/,
  /^-w$/,
  /^-O[12s]$/,
  /^-std=(gnu|c)(11|17|2x)$/,
  /^-mcpu=v[1234]$/,
];
const ALLOWED_TEXT =
  '-DNAME[=value], -UNAME, -Wname, -w, -O1, -O2, -Os, -std=gnu11/gnu17/gnu2x, -mcpu=v1 to v4';
const FLAGS_MAX = 64;

/** Throws `bad_flag` unless all flags are on the allow-list. */
export function checkFlags(flags: readonly string[]): void {
  if (flags.length > FLAGS_MAX) {
    fail('bad_flag', `checking flags: ${flags.length} of them`, { allowed: ALLOWED_TEXT });
  }
  for (const flag of flags) {
    if (flag.length > 256 || !ALLOWED.some((pattern) => pattern.test(flag))) {
      fail('bad_flag', `checking flags: ${JSON.stringify(flag.slice(0, 80))}`, { allowed: ALLOWED_TEXT });
    }
  }
}

/** Whether the precompiled kernel header is the same with these flags: macros and language would change it. */
export function flagsAllowPrecompiled(flags: readonly string[]): boolean {
  return flags.every((flag) => /^-(W(?!error)|w$)/.test(flag));
}

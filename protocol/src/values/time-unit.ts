import type { ProbeSchema } from '../schema.ts';

/** The unit of times that no name tells, from the settings that programs have for it and from what they divide by. */

export type TimeUnit = 'ns' | 'us' | 'ms';

/** `const volatile bool targ_ms`: without it such programs count microseconds, which is what people want to see first. */
const IN_MILLISECONDS = /(^|_)(ms|msecs?|milliseconds)$/;
const IN_NANOSECONDS = /(^|_)(ns|nsecs?|nanoseconds)$/;
/** `const volatile int units`, in the order in which programs number them. */
const UNITS: readonly TimeUnit[] = ['ns', 'us', 'ms'];
const BY_DIVISOR: Readonly<Record<number, TimeUnit>> = { 1000: 'us', 1000000: 'ms' };

/** Undefined where the program turns times into something that nothing tells, or does nothing with times that would tell. */
export function statedTimeUnit(schema: ProbeSchema): TimeUnit | undefined {
  const { params, timeDivisors = [] } = schema;
  for (const { name, initial } of params) {
    const set = schema.settings?.[name] ?? initial;
    if (set === 'true' || set === 'false') {
      if (IN_MILLISECONDS.test(name)) return set === 'true' ? 'ms' : 'us';
      if (IN_NANOSECONDS.test(name)) return set === 'true' ? 'ns' : 'us';
    } else if (name === 'units' && timeDivisors.length === 2) {
      return UNITS[Number(set)];
    }
  }
  return timeDivisors.length === 1 ? BY_DIVISOR[timeDivisors[0] as number] : undefined;
}

/** Of a member that is a time by its name alone: nanoseconds, as the kernel gives them, unless the program turns them. */
export function memberTimeUnit(schema: ProbeSchema): TimeUnit | undefined {
  return statedTimeUnit(schema) ?? (schema.dividesTimes === true ? undefined : 'ns');
}

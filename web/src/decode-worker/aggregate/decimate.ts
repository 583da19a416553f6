/**
 * Points of a line that look the same at so many pixels: of each pixel's points the first, the least, the largest and the last. Gaps
 * (null) stay gaps. Lines that share their times keep sharing them: a moment that one line needs is in all of them.
 */
export function decimate(
  times: readonly number[],
  lines: readonly (readonly (number | null)[])[],
  pixels: number,
): { times: number[]; lines: (number | null)[][] } {
  const buckets = Math.max(1, Math.floor(pixels));
  if (times.length <= 4 * buckets) return { times: [...times], lines: lines.map((line) => [...line]) };
  const start = times[0] as number;
  const width = ((times.at(-1) as number) - start) / buckets || 1;
  const wanted = new Uint8Array(times.length);
  for (const line of lines) {
    let at = 0;
    while (at < times.length) {
      const pixel = Math.floor(((times[at] as number) - start) / width);
      let least = at;
      let largest = at;
      let gap = -1;
      let end = at;
      for (; end < times.length && Math.floor(((times[end] as number) - start) / width) === pixel; end++) {
        const value = line[end] ?? null;
        if (value === null) {
          gap = end;
          continue;
        }
        const low = line[least] ?? null;
        const high = line[largest] ?? null;
        if (low === null || value < low) least = end;
        if (high === null || value > high) largest = end;
      }
      wanted[at] = 1;
      wanted[end - 1] = 1;
      wanted[least] = 1;
      wanted[largest] = 1;
      if (gap >= 0) wanted[gap] = 1;
      at = end;
    }
  }
  const kept: number[] = [];
  for (let at = 0; at < times.length; at++) if (wanted[at]) kept.push(at);
  return {
    times: kept.map((at) => times[at] as number),
    lines: lines.map((line) => kept.map((at) => line[at] ?? null)),
  };
}

/**
 * Prometheus' text format, version 0.0.4. Source: prometheus.io/docs/instrumenting/exposition_formats. A family's lines stand together;
 * HELP and TYPE come once, before its samples.
 */
import { escapeControls } from '../values/escape.ts';
import type { Labels, MetricFamily } from './metrics.ts';

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The families, those of one name as one. Of two kinds under one name the first counts; `refused` tells how many were left out. */
export function prometheusText(families: readonly MetricFamily[]): { text: string; refused: number } {
  const byName = new Map<string, MetricFamily[]>();
  let refused = 0;
  for (const family of families) {
    const name = fullName(family);
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [family]);
    else if (known[0]?.kind === family.kind) known.push(family);
    else refused++;
  }
  const text = [...byName].map(([name, all]) => familyText(name, all)).join('');
  return { text, refused };
}

/** Base unit and `_total` as Prometheus' naming guide has them. */
function fullName({ name, unit, kind }: MetricFamily): string {
  const united = unit === undefined || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`;
  return kind === 'counter' && !united.endsWith('_total') ? `${united}_total` : united;
}

function familyText(name: string, families: readonly MetricFamily[]): string {
  const [first] = families;
  if (first === undefined) return '';
  const help = escapeControls(first.help).replaceAll('\\', '\\\\');
  const seen = new Set<string>();
  const lines = families.flatMap((family) => samplesOf(name, family, seen));
  return `# HELP ${name} ${help}\n# TYPE ${name} ${first.kind}\n${lines.join('')}`;
}

/** @param seen label sets that have a sample: a second one would make the whole page unreadable */
function samplesOf(name: string, family: MetricFamily, seen: Set<string>): string[] {
  const isNew = (labels: Labels): boolean => {
    const key = JSON.stringify(labels);
    return !seen.has(key) && seen.add(key) !== undefined;
  };
  if (family.kind !== 'histogram') {
    return family.points
      .filter(({ labels }) => isNew(labels))
      .map(({ labels, value }) => sample(name, labels, value));
  }
  return family.points
    .filter(({ labels }) => isNew(labels))
    .flatMap(({ labels, buckets: { bounds, counts } }) => {
      let total = 0;
      const lines = counts.map((count, at) => {
        total += count;
        const bound = bounds[at];
        const le = bound === undefined ? '+Inf' : numberText(bound);
        return sample(`${name}_bucket`, [...labels, ['le', le]], total);
      });
      // Programs that count by size keep no sum, so there is none here.
      return [...lines, sample(`${name}_count`, labels, total)];
    });
}

function sample(name: string, labels: Labels, value: number): string {
  const inner = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
  return `${name}${inner === '' ? '' : `{${inner}}`} ${numberText(value)}\n`;
}

function escapeLabel(text: string): string {
  return escapeControls(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

/** As Go's ParseFloat reads it. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

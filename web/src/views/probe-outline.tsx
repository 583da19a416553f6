import { leavesOf } from '@probepad/protocol/leaves';
import type { ProbeSchema, Source } from '@probepad/protocol/schema';
import { nameOfType } from '@probepad/protocol/types';
import { formatBytes } from '@probepad/protocol/values/units';
import styles from './overview.module.css';

/** What a program will do and give, read from its object before anything is loaded. */
export function ProbeOutline({ schema }: { schema: ProbeSchema }) {
  const sources = schema.sources.filter(
    ({ name }) => !name.includes('rodata') && !name.includes('.data.probepad'),
  );
  return (
    <div className={`${styles.page} ${styles.outline}`} data-testid="outline">
      <section>
        <h3 className={styles.title}>Programs</h3>
        <table className={styles.table}>
          <tbody>
            {schema.programs.map((program) => (
              <tr key={program.name}>
                <td>{program.name}</td>
                <td className={styles.text}>{program.attach}</td>
                <td className={styles.text}>
                  {program.needsTarget ? (
                    <span className={styles.drops}>needs a target, as {program.targetExample}</span>
                  ) : (
                    program.target
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {sources.length > 0 && (
        <section>
          <h3 className={styles.title}>What it gives</h3>
          <table className={styles.table}>
            <tbody>
              {sources.map((source) => (
                <tr key={source.name}>
                  <td>{source.name}</td>
                  <td className={styles.text}>{source.mapType || source.kind}</td>
                  <td className={`${styles.text} ${styles.wide}`}>{contentOf(schema, source)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

/** A source's contents in a line: members of its records, or key and value. */
function contentOf(schema: ProbeSchema, source: Source): string {
  switch (source.kind) {
    case 'trace':
      return 'lines of bpf_printk';
    case 'text':
      return "an iterator's text";
    case 'events':
      return (
        source.records.map(({ type }) => membersOf(schema, type)).join('  |  ') ||
        'records of unknown type, shown as bytes'
      );
    case 'globals':
      return source.valueType === undefined
        ? formatBytes(source.valueSize)
        : membersOf(schema, source.valueType);
    case 'map': {
      const key =
        source.keyType === undefined ? formatBytes(source.keySize) : nameOfType(schema, source.keyType);
      const value =
        source.valueType === undefined ? formatBytes(source.valueSize) : nameOfType(schema, source.valueType);
      return `${key} → ${value}`;
    }
  }
}

function membersOf(schema: ProbeSchema, type: number): string {
  const names = leavesOf(schema, type).map(({ name }) => name);
  return names.length === 1 && names[0] === '' ? nameOfType(schema, type) : names.join(', ');
}

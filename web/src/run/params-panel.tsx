import { nameOfType, resolveType } from '@probepad/protocol/types';
import { useCheck } from '../session/check.ts';
import { runsSavedOnly, useSession } from '../session/hosts.ts';
import { changeEntry, changeSettings, useWorkspace } from '../session/workspace.ts';
import { Field } from '../ui/field.tsx';
import { AttachField } from './attach-field.tsx';
import { CheckOffer } from './check-offer.tsx';
import { NumberField } from './number-field.tsx';
import styles from './params-panel.module.css';
import { StaleList } from './stale-list.tsx';

/** Everything about a run that is not program text: constants, targets, limits, flags. All of it derived from the object. */
export function ParamsPanel() {
  const schema = useCheck((state) => state.schema);
  const settings = useWorkspace((state) => state.settings);
  const fixed = useSession(runsSavedOnly);
  return (
    <div className={styles.panel} data-testid="params-panel">
      <CheckOffer />
      <StaleList />
      <section className={styles.section}>
        <h3 className={styles.title}>Parameters</h3>
        {schema?.params.map((param) => {
          const type = resolveType(schema, param.type);
          return (
            <Field
              key={param.name}
              label={<code>{param.name}</code>}
              type={nameOfType(schema, param.type)}
              value={settings.params[param.name] ?? ''}
              placeholder={param.initial === '' ? '""' : param.initial}
              options={
                type.kind === 'enum'
                  ? type.values.map(([name]) => name)
                  : type.kind === 'int' && type.encoding === 'bool'
                    ? ['true', 'false']
                    : []
              }
              data-testid={`param-${param.name}`}
              onValue={(value) => changeEntry('params', param.name, value)}
            />
          );
        })}
        {(schema?.params.length ?? 0) === 0 && (
          <p className={styles.none}>
            A <code>const volatile</code> global in the program becomes a field here.
          </p>
        )}
      </section>
      <section className={styles.section}>
        <h3 className={styles.title}>Attach targets</h3>
        {schema?.programs.map((program) => (
          <AttachField key={program.name} program={program} />
        ))}
        {!schema && <p className={styles.none}>Known once the program compiles.</p>}
      </section>
      <section className={styles.section}>
        <h3 className={styles.title}>Run</h3>
        <NumberField
          label="Ends after"
          type="seconds"
          amount={settings.seconds}
          placeholder="until stopped"
          onAmount={(seconds) => changeSettings({ seconds })}
        />
        <NumberField
          label="CPU budget"
          type="CPUs of each host"
          amount={settings.cpus ?? 0}
          placeholder="half of the machine"
          data-testid="cpu-budget"
          onAmount={(cpus) => changeSettings({ cpus })}
        />
        <Field
          label="Compiler flags"
          type="-D -U -W -O"
          value={settings.flags.join(' ')}
          placeholder="none"
          disabled={fixed}
          onValue={(text) => changeSettings({ flags: text.split(/\s+/).filter(Boolean) })}
        />
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={settings.exported ?? false}
            data-testid="exported"
            onChange={(event) => changeSettings({ exported: event.target.checked })}
          />
          <span>
            Export the next run
            <span className={styles.none}>
              {' '}
              Its maps to Prometheus, its events to OpenTelemetry, where this hub is set up for them.
            </span>
          </span>
        </label>
      </section>
    </div>
  );
}

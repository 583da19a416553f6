import type { Program } from '@probepad/protocol/schema';
import { runsSavedOnly, useSession } from '../session/hosts.ts';
import { changeEntry, useWorkspace } from '../session/workspace.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import styles from './params-panel.module.css';

const INTERFACE_HOOKS: readonly Program['attach'][] = ['xdp', 'tc', 'socket_filter'];

/** Where one program is attached: empty leaves it to SEC(), `off` leaves the program out. */
export function AttachField({ program }: { program: Program }) {
  const value = useWorkspace((state) => state.settings.attach[program.name] ?? '');
  const chosen = useWorkspace((state) => state.hosts);
  const hosts = useSession((state) => state.hosts);
  const fixed = useSession(runsSavedOnly);
  const interfaces = INTERFACE_HOOKS.includes(program.attach)
    ? [
        ...new Set(
          hosts.filter(({ id }) => chosen.includes(id)).flatMap(({ facts }) => facts?.interfaces ?? []),
        ),
      ]
    : [];
  const field = (
    <Field
      label={<code>{program.name}</code>}
      type={program.attach}
      value={value}
      placeholder={program.target || program.targetExample || program.section}
      options={[...interfaces, 'off']}
      disabled={fixed}
      hint={
        fixed
          ? 'As it was saved: to change it takes the permission of an author'
          : program.needsTarget && value === ''
            ? `Needs a target, as ${program.targetExample}`
            : undefined
      }
      data-testid={`attach-${program.name}`}
      onValue={(next) => changeEntry('attach', program.name, next)}
    />
  );
  if (interfaces.length === 0) return field;
  return (
    <div>
      {field}
      <div className={styles.choices}>
        {interfaces.map((name) => (
          <Button
            key={name}
            small
            disabled={fixed}
            aria-pressed={value === name}
            onClick={() => changeEntry('attach', program.name, name)}
          >
            {name}
          </Button>
        ))}
      </div>
    </div>
  );
}

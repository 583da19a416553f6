import { leadingHost, useSession } from '../session/hosts.ts';
import { unshelve, useWorkspace } from '../session/workspace.ts';
import { names } from '../ui/names.ts';
import { toastError } from '../ui/toast.tsx';
import styles from './library-panel.module.css';
import { missingNeeds } from './needs.ts';
import { openSnippet, openTemplate } from './open.ts';

/** Probes to start from, and those that were saved. */
export function LibraryPanel() {
  const { templates, snippets, hosts } = useSession();
  const origin = useWorkspace((state) => state.origin);
  const chosen = useWorkspace((state) => state.hosts);
  const shelf = useWorkspace((state) => state.shelf);
  const host = leadingHost(hosts, chosen);
  return (
    <div className={styles.panel} data-testid="library">
      <h3 className={styles.title}>Templates</h3>
      {templates?.map((template) => {
        const missing = missingNeeds(template.needs, host);
        return (
          <button
            key={template.id}
            type="button"
            className={names(
              styles.item,
              origin.kind === 'template' && origin.id === template.id && styles.current,
            )}
            data-testid={`template-${template.id}`}
            onClick={() => openTemplate(template)}
          >
            <span className={styles.name}>
              {template.id}
              {template.needs.length > 0 && (
                <span
                  className={names(styles.needs, missing.length > 0 && styles.missing)}
                  title={missing.length > 0 ? `${host?.name} offers no ${missing.join(', ')}` : undefined}
                >
                  {missing.length > 0 ? `no ${missing.join(', ')} here` : template.needs.join(', ')}
                </span>
              )}
            </span>
            <span className={styles.summary}>{template.summary}</span>
          </button>
        );
      })}
      {!templates && <p className={styles.none}>Loading…</p>}
      <h3 className={styles.title}>Snippets</h3>
      {snippets?.map((snippet) => (
        <button
          key={snippet.id}
          type="button"
          className={names(
            styles.item,
            origin.kind === 'snippet' && origin.id === snippet.id && styles.current,
          )}
          data-testid={`snippet-${snippet.id}`}
          onClick={() => {
            openSnippet(snippet.id).catch(toastError);
          }}
        >
          <span className={styles.name}>{snippet.name || snippet.id}</span>
          <span className={styles.summary}>
            revision {snippet.revision}, {new Date(snippet.saved).toLocaleString('en-GB')}
          </span>
        </button>
      ))}
      {snippets?.length === 0 && <p className={styles.none}>Ctrl+S saves what is in the editor here.</p>}
      {shelf.length > 0 && <h3 className={styles.title}>Not saved</h3>}
      {shelf.map((entry, index) => (
        <button key={entry.at} type="button" className={styles.item} onClick={() => unshelve(index)}>
          <span className={styles.name}>{entry.name}</span>
          <span className={styles.summary}>put aside {new Date(entry.at).toLocaleTimeString('en-GB')}</span>
        </button>
      ))}
    </div>
  );
}

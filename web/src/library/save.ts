import { request } from '../session/session.ts';
import { useWorkspace } from '../session/workspace.ts';
import { showPath } from './path.ts';

/**
 * Saves what is on screen: a new revision of its snippet, or a new snippet. What is opened or typed before the reply is not what
 * was saved, and stays as it is.
 * @returns the revision, and whether somebody else saved another since this one was opened @throws ProbepadFailure
 */
export async function saveSnippet(): Promise<{ revision: number; overNewer: boolean }> {
  const { origin, name, files, settings, opening } = useWorkspace.getState();
  const saved = await request('snippets.save', {
    ...(origin.kind === 'snippet' ? { id: origin.id } : {}),
    name,
    files,
    settings,
  });
  const now = useWorkspace.getState();
  if (now.opening === opening) {
    const unchanged = now.name === name && now.files === files && now.settings === settings;
    useWorkspace.setState({
      origin: { kind: 'snippet', id: saved.id, revision: saved.revision },
      ...(unchanged ? { dirty: false } : {}),
    });
    showPath(`/s/${saved.id}`);
  }
  const overNewer = origin.kind === 'snippet' && saved.revision > origin.revision + 1;
  return { revision: saved.revision, overNewer };
}
